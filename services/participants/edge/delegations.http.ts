import { emit } from '@mdmr/bus';
import { loadParticipants } from '@mdmr/directory';
import type { Delegation, Participants } from '@mdmr/directory';
import { SERVICE } from '@mdmr/service';
import type { ServiceTools } from '@mdmr/service';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { IsOptional, IsString } from 'class-validator';
import { delegate, revoke } from '../decide/delegation.js';
import { dayOrNull } from './days.js';

class Delegate {
  @IsString() readonly ldc!: string;
  @IsString() readonly agent!: string;
  @IsString() readonly function!: string;
  @IsOptional() @IsString() readonly from?: string | null;
  @IsOptional() @IsString() readonly to?: string | null;
}

class Revoke {
  @IsString() readonly ldc!: string;
  @IsString() readonly agent!: string;
  @IsOptional() @IsString() readonly function?: string | null;
}

/** What LDCs let others do for them. */
@Controller('admin/delegations')
export class DelegationsController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Post()
  @HttpCode(200)
  async delegate(@Body() body: Delegate): Promise<object> {
    const { ldc, agent } = body;
    const command = {
      ldc,
      agent,
      function: body.function,
      from_day: dayOrNull(body.from),
      to_day: dayOrNull(body.to),
    };
    const events = await this.tools.bus.decide(async ({ tx, now }) => {
      const people = await loadParticipants(tx);
      const grants = grantsTo(people, ldc, agent);
      const state = { ldc: people.org(ldc), agent: people.org(agent), grants };
      const event = delegate(command, state, now);
      return event === null ? [] : [emit('participants.DelegationGranted', ldc, event)];
    });
    return { ldc, agent, function: body.function, changed: events.length > 0 };
  }

  @Post('revoke')
  @HttpCode(200)
  async revoke(@Body() body: Revoke): Promise<object> {
    const command = { ldc: body.ldc, agent: body.agent, function: body.function ?? null };
    await this.tools.bus.decide(async ({ tx, now }) => {
      const grants = grantsTo(await loadParticipants(tx), command.ldc, command.agent);
      return [emit('participants.DelegationRevoked', command.ldc, revoke(command, grants, now))];
    });
    return { ...command, changed: true };
  }
}

function grantsTo(people: Participants, ldc: string, agent: string): Delegation[] {
  return people.delegationsOf(ldc).filter((delegation) => delegation.agent === agent);
}
