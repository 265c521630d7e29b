import type { Tx } from '@mdmr/postgres';
import { TimelineMap } from '../decide/directory.js';
import type { HeldDirectory, RecordType, Timeline, Values, Version } from '../decide/directory.js';

type Reader = Pick<Tx, 'query'>;

/** The directory of an LDC in part or whole, and how its accounts are called elsewhere. */
export interface Held {
  readonly directory: HeldDirectory;
  /** account_ref by account id, of the accounts held or asked for. */
  readonly accountRefs: ReadonlyMap<string, string>;
}

export interface HeldWanted {
  readonly usdps: Iterable<string>;
  readonly meters: Iterable<string>;
  readonly accounts: Iterable<string>;
}

interface TimelineRow {
  readonly type: RecordType;
  readonly owner: string;
  readonly name: string;
  readonly versions: Version[];
}

const COLUMNS = 'd.record_type as type, d.subject as owner, d.name, d.versions';

/** Everything held of an LDC; for a PSYNC. */
export async function loadWhole(
  tx: Reader,
  ldc: string,
  accounts: Iterable<string>,
): Promise<Held> {
  const result = await tx.query<TimelineRow>(
    `select ${COLUMNS} from directory_timeline d where d.ldc = $1 and d.known_to_ms is null`,
    [ldc],
  );
  return withIdentities(tx, ldc, result.rows, accounts);
}

/**
 * What an ISYNC can touch or meet: the SDPs and meters it names, the SDPs of those meters, and the
 * meters of all these SDPs.
 */
export async function loadReach(tx: Reader, ldc: string, wanted: HeldWanted): Promise<Held> {
  const meters = new Set(wanted.meters);
  const usdps = new Set(wanted.usdps);
  for (const usdp of await sdpsOfMeters(tx, ldc, [...meters])) usdps.add(usdp);
  const ofSdps = await tx.query<TimelineRow>(
    `select ${COLUMNS} from directory_timeline d
     join unnest($2::text[]) as u(subject) using (subject)
     where d.record_type in ('SDP', 'ATR', 'INS', 'ACC', 'ORG', 'SVC')
       and d.ldc = $1 and d.known_to_ms is null`,
    [ldc, [...usdps]],
  );
  for (const { type, versions } of ofSdps.rows) {
    if (type !== 'INS') continue;
    for (const { values } of versions) meters.add(values['meter_id']!);
  }
  const ofMeters = await metersByIds(tx, ldc, [...meters]);
  return withIdentities(tx, ldc, [...ofSdps.rows, ...ofMeters], wanted.accounts);
}

async function sdpsOfMeters(tx: Reader, ldc: string, meters: readonly string[]): Promise<string[]> {
  const result = await tx.query<{ usdp_id: string }>(
    `select distinct m.usdp_id from directory_meter_sdp m
     join unnest($2::text[]) as u(meter_id) using (meter_id) where m.ldc = $1`,
    [ldc, meters],
  );
  return result.rows.map((row) => row.usdp_id);
}

/** MTR timelines as held. */
export async function metersByIds(
  tx: Reader,
  ldc: string,
  meters: readonly string[],
): Promise<TimelineRow[]> {
  const result = await tx.query<TimelineRow>(
    `select ${COLUMNS} from directory_timeline d
     join unnest($2::text[]) as u(subject) using (subject)
     where d.record_type = 'MTR' and d.ldc = $1 and d.known_to_ms is null`,
    [ldc, meters],
  );
  return result.rows;
}

async function withIdentities(
  tx: Reader,
  ldc: string,
  rows: readonly TimelineRow[],
  accounts: Iterable<string>,
): Promise<Held> {
  const refs = new Set<string>();
  const usdps: string[] = [];
  for (const { type, owner, versions } of rows) {
    if (type === 'SDP') usdps.push(owner);
    if (type === 'ACC') for (const { values } of versions) refs.add(values['account_ref']!);
  }
  const accountRefs = await loadAccounts(tx, ldc, [...refs], [...new Set(accounts)]);
  const idOf = new Map([...accountRefs].map(([id, ref]) => [ref, id]));
  const located = await loadLocations(tx, usdps);
  const directory = new TimelineMap<Timeline>();
  for (const row of rows) {
    directory.set(row.type, row.owner, row.name, { ...row, versions: identified(row) });
  }
  return { directory, accountRefs };

  function identified({ type, owner, versions }: TimelineRow): readonly Version[] {
    if (type === 'ACC') {
      return versions.map((v) => {
        const { account_ref, ...rest } = v.values;
        return { ...v, values: { ...rest, account_id: idOf.get(account_ref!)! } };
      });
    }
    if (type !== 'SDP') return versions;
    return versions.map((v) => {
      const where = located.get(owner)?.get(v.from_ms);
      return where === undefined ? v : { ...v, values: { ...v.values, ...where } };
    });
  }
}

/** account_ref by account id. */
async function loadAccounts(
  tx: Reader,
  ldc: string,
  refs: readonly string[],
  ids: readonly string[],
): Promise<Map<string, string>> {
  const result = await tx.query<{ account_ref: string; account_id: string }>(
    `select account_ref, account_id from account_identity
     where ldc = $1 and (account_ref in (select unnest($2::text[]))
                         or account_id in (select unnest($3::text[])))`,
    [ldc, refs, ids],
  );
  return new Map(result.rows.map((row) => [row.account_id, row.account_ref]));
}

/** Address and postal code of SDP versions as now known, by USDP ID and date. */
async function loadLocations(
  tx: Reader,
  usdps: readonly string[],
): Promise<Map<string, Map<number, Values>>> {
  const result = await tx.query<{
    usdp_id: string;
    from_ms: number;
    service_address: string | null;
    postal_code: string | null;
  }>(
    `select distinct on (s.usdp_id, s.from_ms) s.usdp_id, s.from_ms, s.service_address, s.postal_code
     from sdp_identity s join unnest($1::text[]) as u(usdp_id) using (usdp_id)
     order by s.usdp_id, s.from_ms, s.known_from_ms desc`,
    [usdps],
  );
  const located = new Map<string, Map<number, Values>>();
  for (const { usdp_id, from_ms, service_address, postal_code } of result.rows) {
    const values: Record<string, string> = {};
    if (service_address !== null) values['service_address'] = service_address;
    if (postal_code !== null) values['postal_code'] = postal_code;
    const ofUsdp = located.get(usdp_id) ?? new Map<number, Values>();
    located.set(usdp_id, ofUsdp.set(from_ms, values));
  }
  return located;
}
