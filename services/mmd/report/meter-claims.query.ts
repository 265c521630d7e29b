import type { Tx } from '@mdmr/postgres';
import type { Version } from '../decide/directory.js';
import { givenUpAt } from '../decide/judge-amcd.js';
import type { ForeignMeter } from '../decide/judge-meter.js';

type Reader = Pick<Tx, 'query'>;

/** A meter or AMCD id at a head-end. */
export interface DeviceClaim {
  readonly amcc: string;
  readonly kind: 'METER' | 'AMCD';
  readonly id: string;
}

export interface ClaimingMeter {
  readonly ldc: string;
  readonly meter: string;
}

/** Meters of any LDC that ever had one of the ids there. */
export async function claimingMeters(
  tx: Reader,
  claims: readonly DeviceClaim[],
): Promise<ClaimingMeter[]> {
  const result = await tx.query<ClaimingMeter>(
    `select distinct d.ldc, d.meter_id as meter from directory_device d
     join unnest($1::text[], $2::text[], $3::text[]) as u(amcc_id, id_kind, device_id)
       using (amcc_id, id_kind, device_id)`,
    [claims.map((c) => c.amcc), claims.map((c) => c.kind), claims.map((c) => c.id)],
  );
  return result.rows;
}

/** The spans of meters of other LDCs. */
export async function loadForeignMeters(
  tx: Reader,
  meters: readonly ClaimingMeter[],
): Promise<ForeignMeter[]> {
  if (meters.length === 0) return [];
  const keys = [meters.map((m) => m.ldc), meters.map((m) => m.meter)];
  const mtr = await tx.query<{ ldc: string; meter: string; versions: Version[] }>(
    `select d.ldc, d.subject as meter, d.versions from directory_timeline d
     join unnest($1::text[], $2::text[]) as u(ldc, subject) using (ldc, subject)
     where d.record_type = 'MTR' and d.known_to_ms is null order by 1, 2`,
    keys,
  );
  const installed = await tx.query<{ ldc: string; meter: string; versions: Version[] }>(
    `select m.ldc, m.meter_id as meter, d.versions from directory_meter_sdp m
     join unnest($1::text[], $2::text[]) as u(ldc, meter_id) using (ldc, meter_id)
     join directory_timeline d on d.record_type = 'INS' and d.subject = m.usdp_id and d.ldc = m.ldc
     where d.known_to_ms is null`,
    keys,
  );
  const installations = new Map<string, Version[]>();
  for (const { ldc, meter, versions } of installed.rows) {
    const own = versions.filter((v) => v.values['meter_id'] === meter);
    const key = `${ldc}/${meter}`;
    installations.set(key, [...(installations.get(key) ?? []), ...own]);
  }
  return mtr.rows.flatMap(({ ldc, meter, versions }) => {
    const until = givenUpAt(installations.get(`${ldc}/${meter}`) ?? []);
    return versions.map((v, i) => ({
      ldc,
      meter,
      amcc: v.values['amcc_id'] ?? '',
      amcd: v.values['amcd_id'] ?? '',
      from: v.from_ms,
      to: versions[i + 1]?.from_ms ?? null,
      given_up_at: Number.isFinite(until) ? until : null,
    }));
  });
}
