import type { Tx } from '@mdmr/postgres';
import type { ServiceVersion } from '../decide/service-book.js';

export async function serviceVersions(tx: Pick<Tx, 'query'>): Promise<ServiceVersion[]> {
  const found = await tx.query<ServiceVersion>(
    `select service_id as "serviceId", version, from_day as "fromDay", rules, ladder, strict, profile,
       settings from vee_service order by service_id, version`,
  );
  return found.rows;
}
