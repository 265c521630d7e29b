import type { EventValue } from '@mdmr/events';
import { DAY_MS, startOfDay } from '@mdmr/kernel';
import { codesOf, isComplete } from '../decide/channel-day.js';
import { formatRegister } from '../decide/billing-sum-check.js';
import { packBody } from '../decide/day-body.js';

export type Validated = EventValue<'vee.ChannelDayValidated'>;

/** A version of a channel day as the table has it. */
export interface ChannelDayRow {
  usdpId: string;
  channel: string;
  estDay: number;
  version: number;
  atMs: number;
  /** Minute of the day at which the last interval with a source value ends; 0 = there is none. */
  sourceEnd: number;
  body: Buffer;
  isComplete: boolean;
  cause: string;
}

/** Columns of both tables, in the order of `commonValues`. */
export const COMMON_COLUMNS = [
  { name: 'usdp_id', type: 'text' },
  { name: 'channel', type: 'text' },
  { name: 'est_day', type: 'int4' },
  { name: 'at_ms', type: 'int8' },
  { name: 'source_end', type: 'int2' },
  { name: 'body', type: 'bytea' },
  { name: 'version', type: 'int4' },
];

export function commonValues(row: ChannelDayRow): unknown[] {
  return [row.usdpId, row.channel, row.estDay, row.atMs, row.sourceEnd, row.body, row.version];
}

/** `from-to custody_id file_id line meter_id` of each run of intervals, `;` between runs. */
function lineageOf({ sources }: Validated): string {
  let text = '';
  for (let i = 0; i < sources.length; i++) {
    const s = sources[i]!;
    if (i > 0) text += ';';
    text += `${s.from}-${s.to} ${s.custody_id} ${s.file_id} ${s.line} ${s.meter_id}`;
  }
  return text;
}

/** Registers that bound the day at its 00:00s, and all reads of installation records in it. */
function boundingRegisters({ registers, est_day }: Validated): string {
  const from = startOfDay(est_day);
  const to = from + DAY_MS;
  let text = '';
  for (const register of registers) {
    const at = register.bounds_at_ms;
    if (at === null) continue;
    if (register.kind === 'READ' && at !== from && at !== to) continue;
    if (text !== '') text += ';';
    const { kind, meter_id: meterId, wh, resolution_wh: resolutionWh } = register;
    text += formatRegister({ atMs: at, kind, meterId, wh, resolutionWh });
  }
  return text;
}

export function rowOf(value: Validated): ChannelDayRow {
  const codes = codesOf(value);
  let sourceEnd = 0;
  for (const { to } of value.sources) sourceEnd = Math.max(sourceEnd, to * value.interval_minutes);
  return {
    usdpId: value.usdp_id,
    channel: value.channel,
    estDay: value.est_day,
    version: value.version,
    atMs: value.at_ms,
    sourceEnd,
    body: packBody({
      minutes: value.interval_minutes,
      values: value.values,
      codes,
      service: value.service_id === '' ? '' : `${value.service_id}/${value.service_version}`,
      registers: boundingRegisters(value),
      lineage: lineageOf(value),
    }),
    // KVARH never blocks, so that each of its versions may stand behind a delivery.
    isComplete: value.channel === 'KVARH' || isComplete(codes),
    cause: value.cause,
  };
}
