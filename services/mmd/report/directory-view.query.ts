import { covering, inForce, loadDirectory } from '@mdmr/directory';
import type { DirectorySlice, Timeline, Version } from '@mdmr/directory';
import { formatInstant } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';

type Reader = Pick<Tx, 'query'>;

/** A version as shown: its values, its times, and the line that stated it. */
export interface ShownVersion {
  readonly [value: string]: unknown;
  readonly from: string;
  readonly to?: string | null;
  readonly file_id: string;
  readonly line: number | null;
  readonly recorded_at: string;
}

/** All that is true of an SDP at an instant, as the hub knew it at another. */
export interface DirectoryView {
  readonly usdp_id: string;
  readonly ldc: string;
  readonly as_of: string;
  readonly as_known_on: string;
  readonly sdp: ShownVersion | null;
  readonly attributes: readonly ShownVersion[];
  readonly installations: readonly (ShownVersion & { readonly meter: ShownVersion | null })[];
  readonly accounts: readonly ShownVersion[];
  readonly organizations: readonly ShownVersion[];
  readonly service: ShownVersion | null;
  /** Dates and instants at which any of it changes, as then known. */
  readonly changes: readonly string[];
}

const ROLES = ['LDC', 'AMI_OPERATOR', 'BILLING_AGENT'];

/** Null: the hub knew no such SDP then. */
export async function viewDirectory(
  tx: Reader,
  usdp: string,
  asOf: Instant,
  knownOn: Instant,
): Promise<DirectoryView | null> {
  const slice = await loadDirectory(tx, { usdps: [usdp], asKnownAt: knownOn });
  const ldc = slice.ldcOf(usdp);
  if (ldc === undefined) return null;
  const sdp = inForce(slice.sdp(usdp), asOf);
  const service = inForce(slice.service(usdp), asOf);
  const organizations = ROLES.flatMap((role) =>
    covering(slice.organizations(usdp, role), asOf).map((v) => ({ role, ...shown(v, true) })),
  );
  return {
    usdp_id: usdp,
    ldc,
    as_of: formatInstant(asOf),
    as_known_on: formatInstant(knownOn),
    sdp: sdp ? { ...shown(sdp), ...(await whereIs(tx, usdp, sdp.from_ms, knownOn)) } : null,
    attributes: slice.attributes(usdp).flatMap((t) => attributeAt(t, asOf)),
    installations: covering(slice.installations(usdp), asOf).map((v) => ({
      ...shown(v, true),
      meter: meterAt(slice, ldc, v.values['meter_id'] ?? '', asOf),
    })),
    accounts: await shownAccounts(tx, covering(slice.accounts(usdp), asOf)),
    organizations,
    service: service ? shown(service) : null,
    changes: changesOf(slice, usdp),
  };
}

function shown(version: Version, ends = false): ShownVersion {
  return {
    ...version.values,
    from: formatInstant(version.from_ms),
    ...(ends ? { to: version.to_ms === null ? null : formatInstant(version.to_ms) } : {}),
    file_id: version.file_id,
    line: version.line,
    recorded_at: formatInstant(version.recorded_at_ms),
  };
}

function attributeAt(timeline: Timeline, at: Instant): ShownVersion[] {
  const version = inForce(timeline, at);
  return version === undefined ? [] : [{ name: timeline.name, ...shown(version) }];
}

function meterAt(slice: DirectorySlice, ldc: string, meter: string, at: Instant) {
  const version = inForce(slice.meter(ldc, meter), at);
  return version === undefined ? null : shown(version);
}

/** Address and postal code of an SDP version as known then (identity compartment). */
async function whereIs(tx: Reader, usdp: string, from: Instant, knownOn: Instant): Promise<object> {
  const found = await tx.query<{ service_address: string | null; postal_code: string | null }>(
    `select service_address, postal_code from sdp_identity
     where usdp_id = $1 and from_ms = $2 and known_from_ms <= $3
     order by known_from_ms desc limit 1`,
    [usdp, from, knownOn],
  );
  return found.rows[0] ?? { service_address: null, postal_code: null };
}

async function shownAccounts(tx: Reader, versions: readonly Version[]): Promise<ShownVersion[]> {
  const refs = versions.map((v) => v.values['account_ref'] ?? '');
  const found = await tx.query<{ account_ref: string; account_id: string }>(
    'select account_ref, account_id from account_identity where account_ref = any($1::text[])',
    [refs],
  );
  const ids = new Map(found.rows.map((row) => [row.account_ref, row.account_id]));
  return versions.map((v) => ({
    account_id: ids.get(v.values['account_ref'] ?? '') ?? null,
    ...shown(v, true),
  }));
}

function changesOf(slice: DirectorySlice, usdp: string): string[] {
  const instants = new Set<Instant>();
  for (const timeline of slice.timelines()) {
    if (timeline.recordType !== 'MTR' && timeline.subject !== usdp) continue;
    for (const { from_ms, to_ms } of timeline.versions) {
      instants.add(from_ms);
      if (to_ms !== null) instants.add(to_ms);
    }
  }
  return [...instants].sort((a, b) => a - b).map(formatInstant);
}
