import type { EstDay } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { ChannelDayKey } from '../decide/index.js';
import { ChannelDayMap } from './channel-day-map.js';

/** The newest version of a channel day and the digest of what it says. */
export interface KnownChannelDay {
  readonly version: number;
  readonly contentHash: number;
}

interface Row {
  readonly usdp_id: string;
  readonly channel: string;
  readonly version: number;
  readonly content_hash: number;
}

/**
 * Locks the channel days that exist, in the order in which everyone does, so that of two
 * transactions the later one sees what the first has stored. A first version is guarded by its
 * projection.
 */
export async function lockChannelDays(
  tx: Tx,
  keys: readonly ChannelDayKey[],
): Promise<ChannelDayMap<KnownChannelDay>> {
  const known = new ChannelDayMap<KnownChannelDay>();
  const byDay = Map.groupBy(keys, (k) => k.estDay);
  for (const day of [...byDay.keys()].sort((a, b) => a - b)) {
    const found = await tx.query<Row>(
      `select c.usdp_id, c.channel, c.version, c.content_hash
       from unnest($2::text[], $3::text[]) as u(usdp_id, channel)
       join channel_day c using (usdp_id, channel)
       where c.est_day = $1 order by c.usdp_id, c.channel for update of c`,
      [day, byDay.get(day)!.map((k) => k.usdpId), byDay.get(day)!.map((k) => k.channel)],
    );
    for (const row of found.rows) {
      const key = { usdpId: row.usdp_id, channel: row.channel, estDay: day };
      known.set(key, { version: row.version, contentHash: row.content_hash });
    }
  }
  return known;
}

/** Channels that service points have a channel day of on a day. */
export async function channelsOfPoints(
  tx: Tx,
  day: EstDay,
  usdps: readonly string[],
): Promise<ChannelDayKey[]> {
  if (usdps.length === 0) return [];
  const found = await tx.query<Row>(
    `select usdp_id, channel from channel_day
     where est_day = $1 and usdp_id = any($2::text[]) order by 1, 2`,
    [day, usdps],
  );
  return found.rows.map((r) => ({ usdpId: r.usdp_id, channel: r.channel, estDay: day }));
}
