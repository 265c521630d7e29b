import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';

/** Service points that an applied set touches in what VEE looks at, behind `after`, in byte order. */
export async function pointsOfSet(
  tx: Pick<Tx, 'query'>,
  set: { readonly ldc: string; readonly set_id: string; readonly at_ms: Instant },
  after: string,
  limit: number,
): Promise<string[]> {
  const found = await tx.query<{ usdp_id: string }>(
    `with changed as (
       select record_type, subject from directory_timeline
       where ldc = $1 and set_id = $2 and known_from_ms = $3)
     select usdp_id from (
       select subject as usdp_id from changed
       where record_type in ('SDP', 'ATR', 'INS', 'ACC', 'SVC')
       union select m.usdp_id from changed c
       join directory_meter_sdp m on m.ldc = $1 and m.meter_id = c.subject
       where c.record_type = 'MTR') touched
     where usdp_id > $4 order by usdp_id limit $5`,
    [set.ldc, set.set_id, set.at_ms, after, limit],
  );
  return found.rows.map((row) => row.usdp_id);
}
