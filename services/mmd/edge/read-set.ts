/** A complete set from the file store, with all it has to be judged by. */
import { readCsvRecords } from '@mdmr/formats';
import { Defect } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { WiringTools } from '@mdmr/service';
import type { SetToApply } from '../decide/apply-set.js';
import type { RawRow } from '../decide/facts.js';
import { namesOfRows } from '../decide/names-of-rows.js';
import type { RowNames } from '../decide/names-of-rows.js';
import type { OpenSet, SetPart } from '../decide/sync-set.js';
import { loadFacts } from '../report/facts.query.js';
import { loadReach, loadWhole, metersByIds } from '../report/held-directory.query.js';
import type { Held } from '../report/held-directory.query.js';
import { claimingMeters, loadForeignMeters } from '../report/meter-claims.query.js';
import type { ClaimingMeter, DeviceClaim } from '../report/meter-claims.query.js';

/** The gateway has held the lines to its own, lower limit. */
const MAX_LINE_BYTES = 1_048_576;

type Tools = Pick<WiringTools, 'files' | 'config'>;

export interface ReadSet {
  readonly toApply: SetToApply;
  readonly held: Held;
}

export async function readSet(
  tools: Tools,
  tx: Tx,
  ldc: string,
  set: OpenSet,
  now: Instant,
): Promise<ReadSet> {
  const rows: RawRow[] = [];
  for (const part of set.parts) await readPart(tools, part, rows);
  const names = namesOfRows(rows);
  const facts = await loadFacts(tx, {
    ldc,
    mode: set.mode,
    now,
    futureDays: tools.config.syncFutureDays,
    backdateDays: tools.config.syncBackdateDays,
    usdps: [...names.usdps],
  });
  const claiming = await claimingMeters(tx, await claimsOf(tx, ldc, names));
  const held = await loadHeld(tx, ldc, set, names, claiming);
  const foreignMeters = await loadForeignMeters(
    tx,
    claiming.filter((m) => m.ldc !== ldc),
  );
  const fileIds = new Map(set.parts.map((p) => [p.part, p.file_id]));
  return { toApply: { facts, held: held.directory, foreignMeters, fileIds, rows }, held };
}

/** Details between HDR and TRL, which the gateway has checked. */
async function readPart(tools: Tools, part: SetPart, rows: RawRow[]): Promise<void> {
  const source = tools.files.read(part.sha256);
  let last: RawRow | null = null;
  for await (const record of readCsvRecords(source, { maxLineBytes: MAX_LINE_BYTES })) {
    const { line, fields, trouble } = record;
    if (trouble !== null) {
      const what = `${part.custody_id} line ${line}: ${trouble.reason}`;
      throw new Defect('FILE_NOT_CHECKED', `${what} in a file that had passed`);
    }
    if (last !== null) rows.push(last);
    last = line === 1 ? null : { part: part.part, file_id: part.file_id, line, fields };
  }
}

/** Ids that the set claims, and those its meters have: who else has them is looked up. */
async function claimsOf(tx: Tx, ldc: string, names: RowNames): Promise<DeviceClaim[]> {
  const claims = names.claims.flatMap(both);
  for (const { owner, versions } of await metersByIds(tx, ldc, [...names.meters])) {
    for (const { values } of versions) {
      const [amcc, amcd] = [values['amcc_id'] ?? '', values['amcd_id'] ?? ''];
      claims.push(...both({ amcc, meter: owner, amcd }));
    }
  }
  return claims;
}

function both(claim: { amcc: string; meter: string; amcd: string }): DeviceClaim[] {
  const { amcc, meter, amcd } = claim;
  return [
    { amcc, kind: 'METER', id: meter },
    { amcc, kind: 'AMCD', id: amcd },
  ];
}

async function loadHeld(
  tx: Tx,
  ldc: string,
  set: OpenSet,
  names: RowNames,
  claiming: readonly ClaimingMeter[],
): Promise<Held> {
  if (set.mode === 'PSYNC') return loadWhole(tx, ldc, names.accounts);
  const meters = new Set(names.meters);
  for (const m of claiming) if (m.ldc === ldc) meters.add(m.meter);
  return loadReach(tx, ldc, { usdps: names.usdps, meters, accounts: names.accounts });
}
