/** What scenarios share: who takes part, USDP IDs, sets, and the answers of the hub as rows. */
import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseCsvLine } from '@mdmr/formats';
import type { HubDriver } from './hub-driver.js';
import { csvFile, setFiles, type SetText } from './lines.js';

/** A report or response as delivered. */
export interface Answer {
  readonly name: string;
  /** Fields of the first record. */
  readonly header: readonly string[];
  /** Every line as text, the header included. */
  readonly lines: readonly string[];
  /** Detail lines of a report: its ROW records as text; of a response: all but HDR and TRL. */
  readonly rows: readonly string[];
}

/** Position of the fields of a report's header. */
const REPORT = { kind: 1, ldc: 4, recipient: 7, run: 8 };

export function answerOf(name: string, text: string): Answer {
  if (!text.endsWith('\n') || text.includes('\r')) throw new Error(`${name}: not canonical bytes`);
  const lines = text.split('\n').slice(0, -1);
  const header = fieldsOf(lines[0]!);
  const trailer = `TRL,${lines.length - 2}`;
  if (lines.at(-1) !== trailer) throw new Error(`${name}: ends ${lines.at(-1)}, not ${trailer}`);
  const body = lines.slice(1, -1);
  const rows = body[0]?.startsWith('COL,') ? body.slice(1) : body;
  return { name, header, lines, rows };
}

export function fieldsOf(line: string): string[] {
  const fields = parseCsvLine(line);
  if (typeof fields === 'string') throw new Error(`${fields}: ${line}`);
  return fields;
}

/** Every answer in an organization's outbox, in the byte order of the names. */
export async function answers(hub: HubDriver, org: string, match = /./): Promise<Answer[]> {
  const names = await hub.outbox(org, match);
  return Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(path.join(hub.folder(org, 'outbox'), name), 'utf8');
      return answerOf(name, bytes);
    }),
  );
}

/** Reports of one kind in an outbox, of one run if named, of one LDC if named. */
export async function reportsOf(
  hub: HubDriver,
  org: string,
  report: string,
  of: { run?: string; ldc?: string } = {},
): Promise<Answer[]> {
  const all = await answers(hub, org, new RegExp(`_${report}_`));
  return all.filter(
    ({ header }) =>
      header[REPORT.kind] === report &&
      (of.run === undefined || header[REPORT.run] === of.run) &&
      (of.ldc === undefined || header[REPORT.ldc] === of.ldc),
  );
}

/** The only report of a kind and run, its rows as text. */
export async function rowsOf(
  hub: HubDriver,
  org: string,
  report: string,
  run: string,
  ldc?: string,
): Promise<readonly string[]> {
  const found = await reportsOf(hub, org, report, { run, ldc });
  if (found.length !== 1) {
    const names = (await hub.outbox(org)).join(', ');
    throw new Error(`${org} has ${found.length} ${report} of ${run}; outbox: ${names}`);
  }
  return found[0]!.rows;
}

/** The organization empties its outbox: all its files by name, which are gone afterwards. */
export async function takeOutbox(hub: HubDriver, org: string): Promise<Map<string, string>> {
  const taken = new Map<string, string>();
  const folder = hub.folder(org, 'outbox');
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(folder, entry.name);
    taken.set(entry.name, await readFile(file, 'utf8'));
    await rm(file);
  }
  return taken;
}

/** Answers in what was taken of an outbox. */
export function answersIn(taken: ReadonlyMap<string, string>): Answer[] {
  return [...taken].map(([name, text]) => answerOf(name, text));
}

export interface Cast {
  /** Role by organization; several joined by `+`. */
  readonly orgs: Readonly<Record<string, string>>;
  /** `LDC AGENT FUNCTION [from]`. */
  readonly delegations?: readonly string[];
  /** Arguments of `amcc add`, in one text. */
  readonly amccs?: readonly string[];
}

/** Registers who takes part; commands that do not build on each other run side by side. */
export async function enlist(hub: HubDriver, cast: Cast): Promise<void> {
  const orgs = Object.entries(cast.orgs).map(([org, roles]) => {
    const each = roles.split('+').flatMap((role) => ['--role', role]);
    return ['org', 'add', org, '--name', `Company ${org}`, ...each];
  });
  await inPairs(hub, orgs);
  const delegations = (cast.delegations ?? []).map((text) => {
    const [ldc, agent, fn, from] = text.split(' ');
    const since = from === undefined ? [] : ['--from', from];
    return ['org', 'delegate', ldc!, agent!, '--function', fn!, ...since];
  });
  const amccs = (cast.amccs ?? []).map((text) => [
    'amcc',
    'add',
    ...text.split(' '),
    '--format',
    'CMEP',
  ]);
  await inPairs(hub, [...delegations, ...amccs]);
}

async function inPairs(hub: HubDriver, commands: readonly string[][]): Promise<void> {
  for (let i = 0; i < commands.length; i += 2) {
    await Promise.all(commands.slice(i, i + 2).map((command) => hub.mdmr(...command)));
  }
}

/** USDP IDs of SDPs of an LDC, by sdp_id; waits for the answer. */
export async function usdpIds(
  hub: HubDriver,
  ldc: string,
  sdps: readonly string[],
  fileId = `${ldc}-U-0`,
): Promise<Record<string, string>> {
  const records = sdps.map((sdp) => `SDP,${sdp},`);
  const header = `HDR,USDP-REQ,1,${ldc},${ldc},${fileId},2026-01-01T00:00:00-05:00`;
  await hub.drop(ldc, `${ldc}_USDP-REQ_${fileId}.csv`, csvFile(header, records));
  await hub.idle();
  const responses = await answers(hub, ldc, /_USDP-RSP_/);
  const response = responses.find(({ header: fields }) => fields.at(-1) === fileId);
  if (response === undefined) throw new Error(`no response to ${fileId}`);
  const ids = response.rows.map((row) => fieldsOf(row).slice(1, 3) as [string, string]);
  if (ids.length !== sdps.length) throw new Error(`${ids.length} of ${sdps.length} ids`);
  return Object.fromEntries(ids);
}

export type Parts = Readonly<Record<number, readonly string[]>>;

/** A set of `org` for `ldc`, in one line. */
export function setOf(
  ldc: string,
  mode: 'PSYNC' | 'ISYNC',
  sequence: number,
  parts: Parts,
  more: Partial<SetText> = {},
): SetText {
  const setId = `${ldc}-S-${sequence}`;
  const createdAt = '2026-01-01T00:00:00-05:00';
  return { org: ldc, ldc, setId, mode, sequence, createdAt, parts, ...more };
}

/** Drops parts of a set, all or those named, and does not wait. */
export async function dropSet(
  hub: HubDriver,
  set: SetText,
  numbers: readonly number[] = [1, 2, 3, 4, 5, 6],
): Promise<void> {
  const files = setFiles(set);
  for (const part of numbers) {
    const { name, content } = files[part - 1]!;
    await hub.drop(set.org, name, content);
  }
}

export interface FileCounts {
  readonly id: string;
  readonly org: string;
  readonly file_id: string;
  readonly name: string;
  readonly kind: string;
  readonly unit: string;
  readonly state: string;
  readonly in: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly held: number;
  readonly rejected: number;
  readonly pending: number;
}

export async function custody(hub: HubDriver): Promise<FileCounts[]> {
  const { files } = await hub.mdmr<{ files: FileCounts[] }>('files', 'list');
  return files;
}

/** Files whose counts do not add up: must be none at any instant. */
export function uncounted(files: readonly FileCounts[]): FileCounts[] {
  return files.filter(
    (f) =>
      f.in !== f.applied + f.held + f.rejected + f.pending ||
      f.unchanged + f.superseded > f.applied ||
      [f.in, f.applied, f.unchanged, f.superseded, f.held, f.rejected, f.pending].some(
        (n) => !Number.isInteger(n) || n < 0,
      ),
  );
}
