import type { EstDay } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { unpackValues } from '../decide/channel-day.js';
import type { ChannelDay } from '../decide/channel-day.js';

/** Days [startDay, endDay) of an SDP. */
export interface PeriodOf {
  usdpId: string;
  startDay: EstDay;
  endDay: EstDay;
}

/** A channel day with the newest version of each cause, for whoever asks why it changed. */
export interface MarkedDay extends ChannelDay {
  readVersion: number;
  editVersion: number;
  directoryVersion: number;
}

interface Row {
  /** Absent unless asked for. */
  read_version?: number;
  edit_version?: number;
  directory_version?: number;
  usdp_id: string;
  channel: string;
  est_day: number;
  version: number;
  at_ms: number;
  minutes: number;
  values: Buffer;
  codes: string | null;
  has_source: boolean;
  service: string;
  registers: string;
}

const NONE: ReadonlyMap<string, MarkedDay> = new Map();

/** Channel days of many SDPs in memory. */
export class ChannelDaySet {
  private readonly byUsdp = new Map<string, Map<string, MarkedDay>>();

  constructor(rows: readonly Row[]) {
    for (const row of rows) {
      let days = this.byUsdp.get(row.usdp_id);
      if (days === undefined) {
        days = new Map();
        this.byUsdp.set(row.usdp_id, days);
      }
      days.set(row.channel + row.est_day, {
        version: row.version,
        minutes: row.minutes,
        values: unpackValues(row.values),
        codes: row.codes,
        hasSource: row.has_source,
        service: row.service,
        registers: row.registers,
        atMs: row.at_ms,
        readVersion: row.read_version ?? 0,
        editVersion: row.edit_version ?? 0,
        directoryVersion: row.directory_version ?? 0,
      });
    }
  }

  /** A look-up for one SDP. */
  of(usdpId: string): (channel: string, day: EstDay) => MarkedDay | undefined {
    const days = this.byUsdp.get(usdpId) ?? NONE;
    return (channel: string, day: EstDay) => days.get(channel + day);
  }
}

const COLUMNS = `d.usdp_id, d.channel, d.est_day, d.version, d.at_ms, d.minutes, d."values", d.codes,
  d.has_source, d.service, d.registers`;
const MARKS = ', d.read_version, d.edit_version, d.directory_version';

/**
 * The days of all periods in one statement; the list of days lets Postgres skip other partitions. `marked`:
 * with the newest version of each cause.
 */
export async function loadChannelDays(
  tx: Pick<Tx, 'query'>,
  periods: readonly PeriodOf[],
  marked = false,
): Promise<ChannelDaySet> {
  const byUsdp = new Map<string, PeriodOf>();
  const days = new Set<EstDay>();
  for (const period of periods) {
    const known = byUsdp.get(period.usdpId);
    byUsdp.set(period.usdpId, {
      usdpId: period.usdpId,
      startDay: Math.min(period.startDay, known?.startDay ?? Infinity),
      endDay: Math.max(period.endDay, known?.endDay ?? -Infinity),
    });
    for (let day = period.startDay; day < period.endDay; day++) days.add(day);
  }
  const wanted = [...byUsdp.values()];
  if (wanted.length === 0) return new ChannelDaySet([]);
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS}${marked ? MARKS : ''} from unnest($1::text[], $2::int[], $3::int[]) as u(usdp_id, start_day, end_day)
     join channel_day d on d.usdp_id = u.usdp_id
     where d.est_day = any($4::int[]) and d.est_day >= u.start_day and d.est_day < u.end_day`,
    [
      wanted.map((one) => one.usdpId),
      wanted.map((one) => one.startDay),
      wanted.map((one) => one.endDay),
      [...days],
    ],
  );
  return new ChannelDaySet(rows);
}

/** A replaced version of a channel day. */
export interface OldVersion {
  usdpId: string;
  channel: string;
  day: EstDay;
  version: number;
}

/** Values and codes of replaced versions, by `<usdp_id>/<channel>/<est_day>/<version>`. */
export async function loadOldVersions(
  tx: Pick<Tx, 'query'>,
  wanted: readonly OldVersion[],
): Promise<Map<string, { values: Buffer; codes: string | null }>> {
  if (wanted.length === 0) return new Map();
  const { rows } = await tx.query<{ key: string; values: Buffer; codes: string | null }>(
    `select d.usdp_id || '/' || d.channel || '/' || d.est_day || '/' || d.version as key,
            d."values", d.codes
     from unnest($1::text[], $2::text[], $3::int[], $4::int[]) as u(usdp_id, channel, est_day, version)
     join channel_day_history d using (usdp_id, channel, est_day, version)
     where d.est_day = any($3)`,
    [
      wanted.map((one) => one.usdpId),
      wanted.map((one) => one.channel),
      wanted.map((one) => one.day),
      wanted.map((one) => one.version),
    ],
  );
  return new Map(rows.map((row) => [row.key, row]));
}
