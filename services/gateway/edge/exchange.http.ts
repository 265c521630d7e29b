import { problem, SERVICE } from '@mdmr/service';
import type { ServiceTools } from '@mdmr/service';
import { Controller, Get, Inject, Param } from '@nestjs/common';
import { registeredOrgs } from '../report/custody.query.js';
import { ExchangeFolders } from './exchange-folders.js';

/** Whether an organization can exchange files already. */
@Controller('admin/exchange')
export class ExchangeController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Get(':org')
  async show(@Param('org') org: string): Promise<object> {
    const folders = new ExchangeFolders(this.tools.config.exchangeDir);
    const isKnown = (await registeredOrgs(this.tools.db)).includes(org);
    if (isKnown && folders.isMade(org)) return { org, ready: true, inbox: folders.inbox(org) };
    throw problem(404, 'NO_FOLDERS', `${org} has no exchange folders yet`);
  }
}
