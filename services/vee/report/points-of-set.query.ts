import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';

/** Place of a timeline in the order of its set. */
export type TimelineKey = readonly [subject: string, recordType: string, name: string];

/** Service points that some timelines of a set touch. */
export interface TouchedPoints {
  /** In byte order, each once; the next timelines may name one of them again. */
  readonly usdpIds: readonly string[];
  /** The last timeline looked at, null if the set has no more. */
  readonly next: TimelineKey | null;
}

/** Service points that an applied set touches in what VEE looks at: those of `limit` timelines behind `after`. */
export async function pointsOfSet(
  tx: Pick<Tx, 'query'>,
  set: { readonly ldc: string; readonly set_id: string; readonly at_ms: Instant },
  after: TimelineKey | null,
  limit: number,
): Promise<TouchedPoints> {
  const changed = await tx.query<{ subject: string; record_type: string; name: string }>(
    `select subject, record_type, name from directory_timeline
     where ldc = $1 and set_id = $2 and known_from_ms = $3
       and record_type in ('SDP', 'ATR', 'INS', 'ACC', 'SVC', 'MTR')
       and (subject, record_type, name) > ($4, $5, $6)
     order by subject, record_type, name limit $7`,
    [set.ldc, set.set_id, set.at_ms, ...(after ?? ['', '', '']), limit],
  );
  const usdpIds = new Set<string>();
  const meters: string[] = [];
  for (const { subject, record_type } of changed.rows) {
    if (record_type === 'MTR') meters.push(subject);
    else usdpIds.add(subject);
  }
  for (const usdpId of await sdpsOf(tx, set.ldc, meters)) usdpIds.add(usdpId);
  const last = changed.rows.length < limit ? undefined : changed.rows.at(-1);
  return {
    usdpIds: [...usdpIds].sort(),
    next: last ? [last.subject, last.record_type, last.name] : null,
  };
}

/** Every service point that meters ever were at. */
async function sdpsOf(
  tx: Pick<Tx, 'query'>,
  ldc: string,
  meterIds: readonly string[],
): Promise<string[]> {
  if (meterIds.length === 0) return [];
  const found = await tx.query<{ usdp_id: string }>(
    `select distinct usdp_id from directory_meter_sdp where ldc = $1 and meter_id = any($2::text[])`,
    [ldc, meterIds],
  );
  return found.rows.map((row) => row.usdp_id);
}
