import { emit, type OutEvent } from '@mdmr/bus';
import { dayOfInstant, formatEstDay, type Instant, parseEstDay, Rejection } from '@mdmr/kernel';
import { SERVICE, type ServiceTools } from '@mdmr/service';
import { lockNames } from '@mdmr/postgres';
import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { IsBoolean, IsObject, IsOptional, IsString } from 'class-validator';
import { defineService } from '../decide/define-service.js';
import {
  type ServiceVersion,
  SHIPPED_SERVICES,
  thresholdDefaults,
} from '../decide/service-book.js';
import { serviceVersions } from '../report/services.query.js';

class AddService {
  @IsString() readonly id!: string;
  @IsString() readonly rules!: string;
  @IsOptional() @IsString() readonly ladder?: string | null;
  @IsOptional() @IsBoolean() readonly strict?: boolean;
  @IsOptional() @IsString() readonly profile?: string | null;
  @IsOptional() @IsObject() readonly set?: Record<string, string>;
  /** `YYYY-MM-DD`, default today. */
  @IsOptional() @IsString() readonly from?: string | null;
}

/** VEE services: rule set, ladder and thresholds, in dated versions. */
@Controller('admin/vee-services')
export class VeeServicesController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Get()
  async list(): Promise<object> {
    const versions = await serviceVersions(this.tools.db);
    return { services: versions.map(faceOf), thresholds: thresholdDefaults() };
  }

  @Post()
  @HttpCode(200)
  async add(@Body() body: AddService): Promise<object> {
    const events = await this.tools.bus.decide(async ({ tx, now }) => {
      await lockNames(tx, 'vee services', [body.id]);
      const version = defineService(commandOf(body, now), await serviceVersions(tx));
      return version === null ? [] : [definedEvent(version, now)];
    });
    const [event] = events;
    if (event?.type !== 'vee.VeeServiceDefined') return { id: body.id, changed: false };
    const { version, from_day } = event.value;
    return { id: body.id, changed: true, version, from: formatEstDay(from_day) };
  }
}

function commandOf(body: AddService, now: Instant): Parameters<typeof defineService>[0] {
  const fromDay = body.from ? parseEstDay(body.from) : dayOfInstant(now);
  if (fromDay === null) throw new Rejection('BAD_VALUE', `${body.from} is no date (YYYY-MM-DD)`);
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries(body.set ?? {})) settings[name] = String(value);
  return {
    serviceId: body.id,
    rules: body.rules,
    ladder: body.ladder ?? null,
    strict: body.strict ?? false,
    profile: body.profile ?? null,
    settings,
    fromDay,
  };
}

function definedEvent(v: ServiceVersion, now: Instant): OutEvent {
  return emit('vee.VeeServiceDefined', v.serviceId, {
    at_ms: now,
    service_id: v.serviceId,
    version: v.version,
    rules: v.rules,
    ladder: v.ladder,
    strict: v.strict,
    profile: v.profile,
    from_day: v.fromDay,
    settings: { ...v.settings },
  });
}

function faceOf(v: ServiceVersion): object {
  const { serviceId, version, rules, ladder, strict, settings, fromDay } = v;
  return {
    id: serviceId,
    version,
    from: formatEstDay(fromDay),
    rules,
    ladder,
    strict,
    set: settings,
  };
}

/** At the first start the shipped services are registered. */
export async function registerShippedServices({ bus }: Pick<ServiceTools, 'bus'>): Promise<void> {
  await bus.decide(async ({ tx, now }) => {
    await lockNames(tx, 'vee services', ['']);
    const held = new Set((await serviceVersions(tx)).map((v) => v.serviceId));
    const missing = SHIPPED_SERVICES.filter((v) => !held.has(v.serviceId));
    return missing.map((v) => definedEvent(v, now));
  });
}
