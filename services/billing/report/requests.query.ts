import type { EstDay, Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';

type Reader = Pick<Tx, 'query'>;

/** A BQ-REQ file in custody. */
export interface RequestFile {
  custody_id: string;
  custody_seq: number;
  custody_at_ms: Instant;
  sender: string;
  ldc: string;
  file_id: string;
  sha256: string;
  /** As in the header; empty = the default window. */
  window_end: string;
  records: number;
}

/** A request as it stands. */
export interface Request {
  custody_id: string;
  custody_seq: number;
  custody_at_ms: Instant;
  file_id: string;
  sender: string;
  ldc: string;
  window_end_ms: Instant;
  accepted: number;
  answered: number;
  ended: number;
  sent: number;
  responses: number;
  last_response_ms: Instant | null;
  tried_at_ms: Instant | null;
  final_at_ms: Instant | null;
}

const REQUEST = `r.custody_id, r.custody_seq, r.custody_at_ms, r.file_id, r.sender, r.ldc,
  r.window_end_ms, r.accepted, r.answered, r.ended, r.sent, r.responses,
  r.last_response_ms, r.tried_at_ms, r.final_at_ms`;

const UNTRIED = 'tried_at_ms is null and sha256 is not null';

/** The first file in custody order of which not every item has been tried; null = none. */
export async function nextRequestFile(tx: Reader): Promise<RequestFile | null> {
  const { rows } = await tx.query<RequestFile>(
    `select custody_id, custody_seq, custody_at_ms, sender, ldc, file_id, sha256, window_end, records
     from request where ${UNTRIED} order by custody_seq limit 1`,
  );
  return rows[0] ?? null;
}

export async function countUntriedFiles(tx: Reader): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(
    `select count(*) as n from request where ${UNTRIED}`,
  );
  return rows[0]!.n;
}

/** Requests that still owe their final response. */
export async function openRequests(tx: Reader): Promise<Request[]> {
  const { rows } = await tx.query<Request>(
    `select ${REQUEST} from request r
     where r.final_at_ms is null and r.window_end_ms is not null order by r.custody_seq`,
  );
  return rows;
}

/** Requests that were accepted. */
export async function loadRequests(
  tx: Reader,
  custodyIds: readonly string[],
): Promise<Map<string, Request>> {
  const { rows } = await tx.query<Request>(
    `select ${REQUEST} from request r
     where r.custody_id = any($1) and r.window_end_ms is not null`,
    [custodyIds],
  );
  return new Map(rows.map((row) => [row.custody_id, row]));
}

/** An item that is neither answered nor ended. */
export interface OpenItem {
  custody_id: string;
  line: number;
  usdp_id: string;
  start_text: string;
  end_text: string;
  start_day: EstDay;
  end_day: EstDay;
  account_ref: string | null;
  account_given: boolean;
  as_known_on_ms: Instant | null;
  purpose: string;
  reason: string | null;
  detail: string | null;
}

const ITEM = `i.custody_id, i.line, i.usdp_id, i.start_text, i.end_text, i.start_day, i.end_day,
  i.account_ref, i.account_given, i.as_known_on_ms, i.purpose, i.reason, i.detail`;
const OPEN = 'i.response_no is null and i.ended_reason is null and i.usdp_id is not null';

/** Open items of a request, by line; `untried` = only those never tried. */
export async function openItemsOf(
  tx: Reader,
  custodyId: string,
  limit: number,
  untried = false,
): Promise<OpenItem[]> {
  const { rows } = await tx.query<OpenItem>(
    `select ${ITEM} from request_item i where i.custody_id = $1 and ${OPEN}
       ${untried ? 'and i.status_at_ms is null' : ''} order by i.line limit $2`,
    [custodyId, limit],
  );
  return rows;
}

/** Open items of SDPs, in custody order. */
export async function openItemsOfSdps(tx: Reader, usdps: readonly string[]): Promise<OpenItem[]> {
  const { rows } = await tx.query<OpenItem>(
    `select ${ITEM}, r.custody_seq from request_item i join request r using (custody_id)
     where ${OPEN} and i.usdp_id = any($1::text[]) order by r.custody_seq, i.line`,
    [usdps],
  );
  return rows;
}

/** Open items of SDPs whose directory was changed later than `margin` ms before their last try. */
export async function openItemsOfChangedSdps(tx: Reader, margin: number): Promise<OpenItem[]> {
  const changed = `d.known_to_ms is null and d.known_from_ms > i.status_at_ms - $1`;
  const { rows } = await tx.query<OpenItem>(
    `select ${ITEM}, r.custody_seq from request_item i join request r using (custody_id)
     where ${OPEN} and r.tried_at_ms is not null and (
       exists (select from directory_timeline d where d.subject = i.usdp_id
         and d.record_type in ('SDP', 'INS', 'ACC', 'ORG', 'SVC') and ${changed})
       or exists (select from directory_meter_sdp m join directory_timeline d
           on d.record_type = 'MTR' and d.subject = m.meter_id and d.ldc = m.ldc
         where m.usdp_id = i.usdp_id and ${changed}))
     order by r.custody_seq, i.line`,
    [margin],
  );
  return rows;
}

/** Open items of an agent for an LDC. */
export async function openItemsOfAgent(
  tx: Reader,
  ldc: string,
  agent: string,
): Promise<OpenItem[]> {
  const { rows } = await tx.query<OpenItem>(
    `select ${ITEM}, r.custody_seq from request_item i join request r using (custody_id)
     where ${OPEN} and r.ldc = $1 and r.sender = $2 order by r.custody_seq, i.line`,
    [ldc, agent],
  );
  return rows;
}

/** Of items listed, those still open; asked again behind a lock. */
export async function stillOpen(tx: Reader, items: readonly OpenItem[]): Promise<OpenItem[]> {
  const { rows } = await tx.query<{ n: number }>(
    `select u.n::int4 as n from unnest($1::text[], $2::int8[]) with ordinality as u(custody_id, line, n)
     join request_item i using (custody_id, line) where ${OPEN} order by u.n`,
    [items.map((one) => one.custody_id), items.map((one) => one.line)],
  );
  return rows.map((row) => items[row.n - 1]!);
}

/** The last line accepted so far; 0 = none. */
export async function lastAcceptedLine(tx: Reader, custodyId: string): Promise<number> {
  const { rows } = await tx.query<{ line: number | null }>(
    'select max(line) as line from request_item where custody_id = $1 and usdp_id is not null',
    [custodyId],
  );
  return rows[0]?.line ?? 0;
}

/** References of account ids of an LDC. */
export async function accountRefs(
  tx: Reader,
  ldc: string,
  accountIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ account_id: string; account_ref: string }>(
    `select account_id, min(account_ref) as account_ref from account_identity
     where ldc = $1 and account_id = any($2) group by 1`,
    [ldc, accountIds],
  );
  return new Map(rows.map((row) => [row.account_id, row.account_ref]));
}
