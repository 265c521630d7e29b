import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { LastDelivery } from '../decide/delivery.js';

/** The last delivery of each bq_id that has one. */
export async function lastDeliveries(
  tx: Pick<Tx, 'query'>,
  bqIds: readonly string[],
): Promise<Map<string, LastDelivery>> {
  const { rows } = await tx.query<{
    bq_id: string;
    delivery_no: number;
    revision: number;
    content_hash: string;
  }>(
    `select distinct on (bq_id) bq_id, delivery_no, revision, content_hash from delivery
     where bq_id = any($1) order by bq_id, delivery_no desc`,
    [bqIds],
  );
  return new Map(
    rows.map((row) => [
      row.bq_id,
      { deliveryNo: row.delivery_no, revision: row.revision, contentHash: row.content_hash },
    ]),
  );
}

/** End of the last interval of KWH or GKWH that ever had a source value, by USDP ID. */
export async function lastSourceEnds(
  tx: Pick<Tx, 'query'>,
  usdps: readonly string[],
): Promise<Map<string, Instant>> {
  if (usdps.length === 0) return new Map();
  const { rows } = await tx.query<{ usdp_id: string; end_ms: Instant }>(
    `select usdp_id, max(est_day::int8 * 86400000 + 18000000 + source_end::int8 * 60000) as end_ms
     from channel_day where usdp_id = any($1) and source_end > 0 and channel <> 'KVARH' group by 1`,
    [usdps],
  );
  return new Map(rows.map((row) => [row.usdp_id, row.end_ms]));
}
