import type { EstDay } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { ChannelDay } from '../decide/channel-day.js';
import { PackedBody } from '../decide/day-body.js';
import { DAYS_OF_SDPS } from '../store/2-channel-days.migration.js';

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

/** The days of one SDP and channel, one behind the other as DAYS_OF_SDPS has them. */
interface Row {
  usdp_id: string;
  channel: string;
  days: Buffer;
}

/** Bytes in front of a body. */
const HEAD_BYTES = 34;
const WORD = 2 ** 32;

/** A day as the rules see it. */
class StoredDay extends PackedBody implements MarkedDay {
  readonly day: EstDay;
  readonly version: number;
  readonly hasSource: boolean;
  readonly atMs: number;
  readonly readVersion: number;
  readonly editVersion: number;
  readonly directoryVersion: number;

  constructor(bytes: Buffer, at: number) {
    super(bytes.subarray(at + HEAD_BYTES, StoredDay.endOf(bytes, at)));
    this.day = bytes.readInt32BE(at);
    this.version = bytes.readInt32BE(at + 4);
    this.atMs = bytes.readInt32BE(at + 8) * WORD + bytes.readUInt32BE(at + 12);
    this.hasSource = bytes.readInt16BE(at + 16) > 0;
    this.readVersion = bytes.readInt32BE(at + 18);
    this.editVersion = bytes.readInt32BE(at + 22);
    this.directoryVersion = bytes.readInt32BE(at + 26);
  }

  /** Where the next day begins. */
  static endOf(bytes: Buffer, at: number): number {
    return at + HEAD_BYTES + bytes.readInt32BE(at + HEAD_BYTES - 4);
  }
}

/** Days by number, of each channel. */
type Days = Map<string, Map<EstDay, MarkedDay>>;

function daysIn(bytes: Buffer): Map<EstDay, MarkedDay> {
  const days = new Map<EstDay, MarkedDay>();
  for (let at = 0; at < bytes.length; at = StoredDay.endOf(bytes, at)) {
    const one = new StoredDay(bytes, at);
    days.set(one.day, one);
  }
  return days;
}

/** Channel days of many SDPs in memory. */
export class ChannelDaySet {
  private readonly byUsdp = new Map<string, Days>();

  constructor(rows: readonly Row[]) {
    for (const row of rows) {
      let channels = this.byUsdp.get(row.usdp_id);
      if (channels === undefined) {
        channels = new Map();
        this.byUsdp.set(row.usdp_id, channels);
      }
      channels.set(row.channel, daysIn(row.days));
    }
  }

  /** A look-up for one SDP. */
  of(usdpId: string): (channel: string, day: EstDay) => MarkedDay | undefined {
    const channels = this.byUsdp.get(usdpId);
    return (channel: string, day: EstDay) => channels?.get(channel)?.get(day);
  }
}

/** Up to here the plan that is made once is the faster one. */
const FEW_SDPS = 100;

/** The days of all periods in one statement; the list of days lets Postgres skip other partitions. */
export async function loadChannelDays(
  tx: Pick<Tx, 'query'>,
  periods: readonly PeriodOf[],
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
    wanted.length <= FEW_SDPS ? 'select * from channel_days_of($1, $2, $3, $4)' : DAYS_OF_SDPS,
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

/** Bodies of replaced versions, by `<usdp_id>/<channel>/<est_day>/<version>`. */
export async function loadOldVersions(
  tx: Pick<Tx, 'query'>,
  wanted: readonly OldVersion[],
): Promise<Map<string, PackedBody>> {
  if (wanted.length === 0) return new Map();
  const { rows } = await tx.query<{ key: string; body: Buffer }>(
    `select d.usdp_id || '/' || d.channel || '/' || d.est_day || '/' || d.version as key,
            d.body
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
  return new Map(rows.map((row) => [row.key, new PackedBody(row.body)]));
}
