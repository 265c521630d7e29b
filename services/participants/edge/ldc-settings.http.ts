import { emit } from '@mdmr/bus';
import { loadParticipants } from '@mdmr/directory';
import { problem, SERVICE } from '@mdmr/service';
import type { ServiceTools } from '@mdmr/service';
import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { IsOptional, IsString } from 'class-validator';
import { setSetting } from '../decide/ldc-setting.js';
import { showSettings } from '../report/ldc-settings.query.js';
import { dayOrNull } from './days.js';

class SetSetting {
  @IsString() readonly ldc!: string;
  @IsString() readonly name!: string;
  @IsString() readonly value!: string;
  @IsOptional() @IsString() readonly from?: string | null;
}

/** Settings of LDCs, dated by day. */
@Controller('admin/params')
export class LdcSettingsController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Post()
  @HttpCode(200)
  async set(@Body() { ldc, name, value, from }: SetSetting): Promise<object> {
    const command = { ldc, name, value, from_day: dayOrNull(from) };
    const events = await this.tools.bus.decide(async ({ tx, now }) => {
      const people = await loadParticipants(tx);
      const valueOn = (day: number) => people.setting(ldc, name, day);
      const event = setSetting(command, { ldc: people.org(ldc), valueOn }, now);
      return event === null ? [] : [emit('participants.LdcSettingSet', ldc, event)];
    });
    return { ldc, name, value, changed: events.length > 0 };
  }

  @Get(':ldc')
  async show(@Param('ldc') ldc: string): Promise<object> {
    const params = await showSettings(this.tools.db, ldc);
    if (params === null) throw problem(404, 'UNKNOWN_ORG', `${ldc} is not registered`);
    return { ldc, params };
  }
}
