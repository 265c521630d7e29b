import { emit } from '@mdmr/bus';
import { loadParticipants } from '@mdmr/directory';
import { SERVICE } from '@mdmr/service';
import type { ServiceTools } from '@mdmr/service';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { IsArray, IsBoolean, IsString } from 'class-validator';
import { registerHeadEnd } from '../decide/head-end.js';

class RegisterHeadEnd {
  @IsString() readonly amcc_id!: string;
  @IsString() readonly org!: string;
  @IsArray() @IsString({ each: true }) readonly ldcs!: string[];
  @IsString() readonly format!: string;
  @IsString() readonly stamps: string = 'EST';
  @IsString() readonly key: string = 'METER';
  @IsBoolean() readonly multiplied: boolean = false;
}

/** Head-ends whose files are accepted. */
@Controller('admin/amccs')
export class HeadEndsController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Post()
  @HttpCode(200)
  async register(@Body() { org, ...facts }: RegisterHeadEnd): Promise<object> {
    const { amcc_id } = facts;
    const command = { ...facts, org_id: org };
    const events = await this.tools.bus.decide(async ({ tx, now }) => {
      const people = await loadParticipants(tx);
      const state = { held: people.amcc(amcc_id), org: (id: string) => people.org(id) };
      const event = registerHeadEnd(command, state, now);
      return event === null ? [] : [emit('participants.HeadEndRegistered', org, event)];
    });
    return { amcc_id, changed: events.length > 0 };
  }
}
