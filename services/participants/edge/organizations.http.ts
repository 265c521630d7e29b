import { emit } from '@mdmr/bus';
import { loadParticipants } from '@mdmr/directory';
import { problem, SERVICE } from '@mdmr/service';
import type { ServiceTools } from '@mdmr/service';
import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { IsArray, IsString } from 'class-validator';
import { registerOrganization } from '../decide/organization.js';
import { listOrganizations, showOrganization } from '../report/organizations.query.js';

class RegisterOrganization {
  @IsString() readonly org_id!: string;
  @IsString() readonly name!: string;
  @IsArray() @IsString({ each: true }) readonly roles!: string[];
  @IsString() readonly door: string = 'drop';
}

/** Organizations: registered, changed, listed, shown. */
@Controller('admin/orgs')
export class OrganizationsController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Post()
  @HttpCode(200)
  async register(@Body() command: RegisterOrganization): Promise<object> {
    const { org_id } = command;
    const events = await this.tools.bus.decide(async ({ tx, now }) => {
      const people = await loadParticipants(tx);
      const event = registerOrganization(command, people.org(org_id), now);
      return event === null ? [] : [emit('participants.OrganizationRegistered', org_id, event)];
    });
    return { org_id, changed: events.length > 0 };
  }

  @Get()
  async list(): Promise<object> {
    return { orgs: await listOrganizations(this.tools.db) };
  }

  @Get(':org')
  async show(@Param('org') org: string): Promise<object> {
    const found = await showOrganization(this.tools.db, org);
    if (found === null) throw problem(404, 'UNKNOWN_ORG', `${org} is not registered`);
    return found;
  }
}
