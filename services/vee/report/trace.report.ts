import {
  type EstDay,
  formatEnergyKwh,
  formatEstDay,
  formatInstant,
  type Instant,
  intervalEnd,
} from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { Validated } from '../decide/channel-day-event.js';
import { decodeDay } from '../store/day-body.js';

const STATES: Readonly<Record<string, string>> = {
  V: 'VAL',
  E: 'EST',
  D: 'EDT',
  N: 'NVE',
  M: 'MISS',
  '-': 'NOT_EXPECTED',
};

/** A day's channels as people read them: each interval with value, state, source, method and file line. */
export async function traceDay(
  tx: Pick<Tx, 'query'>,
  usdpId: string,
  day: EstDay,
  channel: string | null,
): Promise<object[]> {
  const found = await tx.query<{ channel: string; body: Buffer }>(
    `select channel, body from channel_day where usdp_id = $1 and est_day = $2
       and ($3::text is null or channel = $3) order by channel`,
    [usdpId, day, channel],
  );
  return found.rows.map((row) => channelOf(decodeDay(row.body, usdpId, row.channel)));
}

function channelOf(value: Validated): object {
  return {
    channel: value.channel,
    version: value.version,
    reads_version: value.reads_version,
    decided_at: formatInstant(value.at_ms),
    cause: value.cause,
    run_id: value.run_id,
    service: value.service_id === '' ? null : `${value.service_id}@${value.service_version}`,
    facts: JSON.parse(value.context) as object,
    intervals: value.values.map((_, slot) => intervalOf(value, slot)),
    registers: value.registers.map((r) => ({
      ...r,
      at_ms: undefined,
      bounds_at_ms: undefined,
      at: formatInstant(r.at_ms),
      bounds: timeOf(r.bounds_at_ms),
    })),
    estimates: value.estimates.map((e) => ({
      ...e,
      register_from_ms: undefined,
      register_to_ms: undefined,
      register_from: timeOf(e.register_from_ms),
      register_to: timeOf(e.register_to_ms),
      donor_days: e.donor_days.map(formatEstDay),
    })),
    nve: value.nve,
    findings: value.findings,
  };
}

function timeOf(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}

function intervalOf(value: Validated, slot: number): object {
  const within = (run: { from: number; to: number }) => run.from <= slot && slot < run.to;
  const source = value.sources.find(within);
  const received = value.source_values.length > 0 ? value.source_values : value.values;
  const flag = value.flags[slot] ?? '.';
  return {
    end: formatInstant(intervalEnd(value.est_day, slot, value.interval_minutes)),
    kwh: kwhOf(value.values[slot] ?? null),
    state: STATES[value.states[slot]!] ?? value.states[slot],
    flag: flag === '.' ? null : flag,
    received_kwh: kwhOf(value.flags === '' ? null : (received[slot] ?? null)),
    method: value.estimates.find(within)?.method ?? null,
    reason: value.nve.find(within)?.reason ?? null,
    file_id: source?.file_id ?? null,
    line: source?.line ?? null,
    meter_id: source?.meter_id ?? null,
  };
}

function kwhOf(wh: number | null): string | null {
  return wh === null ? null : formatEnergyKwh(wh);
}
