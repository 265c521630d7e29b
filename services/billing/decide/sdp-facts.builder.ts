/** Facts and channel days for specs, written the way a directory and a day are read. */
import { parseEstDay, parseInstant, present, startOfDay } from '@mdmr/kernel';
import type { EstDay, Zone } from '@mdmr/kernel';
import { BinTables } from './bin-tables.js';
import type { Calendars } from './calendar.js';
import type { ChannelDay } from './channel-day.js';
import type { EvaluationContext } from './evaluate-item.js';
import type { ChannelDays } from './frame-item.js';
import type { Channel, Framing, Installation, SdpFacts, Status } from './sdp-facts.js';
import { SHIPPED_CALENDARS } from './shipped-calendars.js';

export function day(text: string): EstDay {
  return present(parseEstDay(text), text);
}

/** A date is 00:00 EST. */
function instant(text: string): number {
  return text.length === 10 ? startOfDay(day(text)) : present(parseInstant(text), text);
}

const ref = (key: string): { key: string; version: string } => ({ key, version: '1' });

/** A plain home since 2026-01-01 at account `a1`, hourly meter M-1, KWH; what is given replaces. */
export class FactsBuilder {
  private facts: SdpFacts;

  constructor(usdpId = '4071829533') {
    this.facts = {
      usdpId,
      ldc: 'MAPLE',
      sdp: [],
      services: [],
      accounts: [],
      billingAgents: [],
      installations: [],
    };
  }

  status(from: string, status: Status = 'ACTIVE', zone: Zone = 'EASTERN'): this {
    const version = { fromDay: day(from), value: { status, zone }, ref: ref(`SDP/${from}`) };
    this.facts = { ...this.facts, sdp: [...this.facts.sdp, version] };
    return this;
  }

  service(from: string, framing: Framing, calendarId = '', rateClass = 'R1'): this {
    const value = { framing, calendarId, rateClass };
    const version = { fromDay: day(from), value, ref: ref(`SVC/${from}`) };
    this.facts = { ...this.facts, services: [...this.facts.services, version] };
    return this;
  }

  account(value: string, from: string, to?: string): this {
    const toDay = to === undefined ? null : day(to);
    const version = { fromDay: day(from), toDay, value, ref: ref(`ACC/${value}/${from}`) };
    this.facts = { ...this.facts, accounts: [...this.facts.accounts, version] };
    return this;
  }

  agent(value: string, from: string, to?: string): this {
    const toDay = to === undefined ? null : day(to);
    const version = { fromDay: day(from), toDay, value, ref: ref(`ORG/${value}/${from}`) };
    this.facts = { ...this.facts, billingAgents: [...this.facts.billingAgents, version] };
    return this;
  }

  /** `versions`: `[from, channels, minutes]` of the meter; default from its installation on. */
  meter(
    from: string,
    to?: string,
    versions: [string, Channel[], number][] = [[from, ['KWH'], 60]],
  ): this {
    const one: Installation = {
      fromMs: instant(from),
      toMs: to === undefined ? null : instant(to),
      meter: versions.map(([at, channels, minutes]) => ({
        fromMs: instant(at),
        channels,
        minutes,
        multiplier: '1',
        ref: ref(`MTR/${at}`),
      })),
      meterId: `M-${this.facts.installations.length + 1}`,
      ref: ref(`INS/${from}`),
    };
    this.facts = { ...this.facts, installations: [...this.facts.installations, one] };
    return this;
  }

  build(): SdpFacts {
    const since = '2026-01-01';
    if (this.facts.sdp.length === 0) this.status(since);
    if (this.facts.services.length === 0) this.service(since, 'PERIODIC', 'ON-TIERED');
    if (this.facts.accounts.length === 0) this.account('a1', since);
    if (this.facts.installations.length === 0) this.meter(since);
    return this.facts;
  }
}

/** Channel days by `<channel>/<date>`; values in Wh, codes as in CODE. */
export function channelDays(
  days: Record<string, { values: readonly number[]; codes?: string; version?: number }>,
): ChannelDays {
  const rows = new Map<string, ChannelDay>();
  for (const [key, { values, codes, version }] of Object.entries(days)) {
    const [channel = '', date = ''] = key.split('/');
    rows.set(`${channel}/${day(date)}`, {
      version: version ?? 1,
      minutes: 1440 / values.length,
      values,
      codes: codes ?? null,
      hasSource: codes === undefined || /[^M-]/.test(codes),
      service: 'STD/1',
      registers: '',
      atMs: 0,
    });
  }
  return (channel, at) => rows.get(`${channel}/${at}`);
}

/** `n` equal values of `wh`. */
export function flat(wh: number, n = 24): number[] {
  return new Array<number>(n).fill(wh);
}

/** Wh of hourly kWh, `0.4 0.4 ...`. */
export function kwh(text: string): number[] {
  return text.split(' ').map((value) => Math.round(Number(value) * 1000));
}

export const SHIPPED: Calendars = new Map(SHIPPED_CALENDARS.map((c) => [c.id, c]));

/** The shipped calendars, price dates split, no sum check. */
export function context(replace: Partial<EvaluationContext> = {}): EvaluationContext {
  return {
    calendars: SHIPPED,
    tables: new BinTables(),
    splitsOnPriceDate: () => true,
    maxDays: 400,
    sumCheck: () => null,
    ...replace,
  };
}
