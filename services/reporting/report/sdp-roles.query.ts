import { covering, loadDirectory } from '@mdmr/directory';
import { startOfDay } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';

const SDPS_AT_ONCE = 2_000;

export type SdpRole = 'AMI_OPERATOR' | 'BILLING_AGENT';

/** The organization in a role at an SDP on a day; undefined = none. */
export type RoleAt = (usdp: string, day: EstDay) => string | undefined;

/** Who has a role at the SDPs of some rows, as known at `asOf`. */
export async function organizationAtSdps(
  tx: Tx,
  role: SdpRole,
  rows: readonly { readonly usdp_id: string }[],
  asOf: Instant,
): Promise<RoleAt> {
  const usdps = [...new Set(rows.map((row) => row.usdp_id))];
  const roles = new Map<string, RoleAt>();
  for (let i = 0; i < usdps.length; i += SDPS_AT_ONCE) {
    const part = usdps.slice(i, i + SDPS_AT_ONCE);
    const slice = await loadDirectory(tx, { usdps: part, asKnownAt: asOf });
    for (const usdp of part) {
      const timeline = slice.organizations(usdp, role);
      roles.set(usdp, (_, day) => covering(timeline, startOfDay(day))[0]?.values['org_id']);
    }
  }
  return (usdp, day) => roles.get(usdp)?.(usdp, day);
}

/** Organizations that have a role at any SDP of the LDC on one of some days, in byte order. */
export async function organizationsInRole(
  tx: Pick<Tx, 'query'>,
  ldc: string,
  role: SdpRole,
  days: readonly EstDay[],
): Promise<string[]> {
  const found = await tx.query<{ org_id: string }>(
    `select distinct v.value -> 'values' ->> 'org_id' as org_id
     from directory_timeline t, json_array_elements(t.versions) v,
          unnest($3::int8[]) as d(at_ms)
     where t.record_type = 'ORG' and t.ldc = $1 and t.name = $2 and t.known_to_ms is null
       and (v.value ->> 'from_ms')::int8 <= d.at_ms
       and coalesce((v.value ->> 'to_ms')::int8, d.at_ms + 1) > d.at_ms
     order by 1`,
    [ldc, role, days.map(startOfDay)],
  );
  return found.rows.map((row) => row.org_id);
}
