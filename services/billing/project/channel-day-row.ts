import type { EventValue } from '@mdmr/events';
import { DAY_MS, startOfDay } from '@mdmr/kernel';
import { codesOf, isComplete, packValues } from '../decide/channel-day.js';
import type { ChannelDayRegister } from '../decide/billing-sum-check.js';
import { formatRegisters } from '../decide/billing-sum-check.js';

export type Validated = EventValue<'vee.ChannelDayValidated'>;

/** A version of a channel day as the table has it. */
export interface ChannelDayRow {
  usdpId: string;
  channel: string;
  estDay: number;
  version: number;
  atMs: number;
  minutes: number;
  values: Buffer;
  codes: string | null;
  hasSource: boolean;
  lastSource: number;
  service: string;
  registers: string;
  lineage: string;
  isComplete: boolean;
  cause: string;
}

/** Columns of both tables, in the order of `commonValues`. */
export const COMMON_COLUMNS = [
  { name: 'usdp_id', type: 'text' },
  { name: 'channel', type: 'text' },
  { name: 'est_day', type: 'int4' },
  { name: 'version', type: 'int4' },
  { name: 'at_ms', type: 'int8' },
  { name: 'minutes', type: 'int2' },
  { name: 'values', type: 'bytea' },
  { name: 'codes', type: 'text' },
  { name: 'has_source', type: 'bool' },
  { name: 'last_source', type: 'int2' },
  { name: 'service', type: 'text' },
  { name: 'registers', type: 'text' },
  { name: 'lineage', type: 'text' },
];

export function commonValues(row: ChannelDayRow): unknown[] {
  return [
    row.usdpId,
    row.channel,
    row.estDay,
    row.version,
    row.atMs,
    row.minutes,
    row.values,
    row.codes,
    row.hasSource,
    row.lastSource,
    row.service,
    row.registers,
    row.lineage,
  ];
}

/** `from-to custody_id file_id line meter_id` of each run of intervals, `;` between runs. */
function lineageOf(value: Validated): string {
  const { sources } = value;
  let text = '';
  for (let i = 0; i < sources.length; i++) {
    const s = sources[i]!;
    if (i > 0) text += ';';
    text += `${s.from}-${s.to} ${s.custody_id} ${s.file_id} ${s.line} ${s.meter_id}`;
  }
  return text;
}

/** Registers that bound the day at its 00:00s, and all reads of installation records in it. */
function boundingRegisters(value: Validated): ChannelDayRegister[] {
  const from = startOfDay(value.est_day);
  const to = from + DAY_MS;
  const found: ChannelDayRegister[] = [];
  for (const register of value.registers) {
    const at = register.bounds_at_ms;
    if (at === null) continue;
    if (register.kind === 'READ' && at !== from && at !== to) continue;
    found.push({
      atMs: at,
      kind: register.kind,
      meterId: register.meter_id,
      wh: register.wh,
      resolutionWh: register.resolution_wh,
    });
  }
  return found;
}

export function rowOf(value: Validated): ChannelDayRow {
  const codes = codesOf(value);
  let lastSource = -1;
  for (const source of value.sources) lastSource = Math.max(lastSource, source.to - 1);
  return {
    usdpId: value.usdp_id,
    channel: value.channel,
    estDay: value.est_day,
    version: value.version,
    atMs: value.at_ms,
    minutes: value.interval_minutes,
    values: packValues(value.values),
    codes,
    hasSource: lastSource >= 0,
    lastSource,
    service: value.service_id === '' ? '' : `${value.service_id}/${value.service_version}`,
    registers: formatRegisters(boundingRegisters(value)),
    lineage: lineageOf(value),
    // KVARH never blocks, so that each of its versions may stand behind a delivery.
    isComplete: value.channel === 'KVARH' || isComplete(codes),
    cause: value.cause,
  };
}
