/** Everything the hub said: its custody, its outboxes, its reports. Nothing here knows the story. */
import { parseCsvLine } from '@mdmr/formats';
import type { DemoDriver } from './driver.js';

/** A file in custody, as `files list` tells it. */
export interface CustodyFile {
  readonly org: string;
  readonly file_id: string;
  readonly name: string;
  readonly kind: string;
  readonly unit: 'RECORD' | 'VALUE';
  readonly state: string;
  readonly in: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly held: number;
  readonly rejected: number;
  readonly pending: number;
}

/** A file of an outbox. */
export interface OutFile {
  readonly recipient: string;
  readonly kind: string;
  readonly name: string;
  readonly ldc: string;
  /** reports: file_id, set_id or run that caused it */
  readonly runId: string;
  readonly records: readonly (readonly string[])[];
}

/** A row of a report by column name. */
export type Row = Readonly<Record<string, string>>;

export interface Answers {
  readonly custody: readonly CustodyFile[];
  readonly outFiles: readonly OutFile[];
  readonly status: { readonly held_values: number; readonly clock: string };
}

export async function gatherAnswers(driver: DemoDriver, orgs: readonly string[]): Promise<Answers> {
  const { files } = await driver.mdmr<{ files: CustodyFile[] }>('files', 'list');
  const status = await driver.mdmr<Answers['status']>('status');
  const outFiles: OutFile[] = [];
  for (const org of orgs) {
    for (const name of (await driver.outbox(org)).toSorted()) {
      outFiles.push(outFile(org, name, await driver.read(org, name)));
    }
  }
  return { custody: files, outFiles, status };
}

/** `<recipient>_<kind>_<ldc>_<file_id>.csv`, HDR first and TRL last. */
function outFile(recipient: string, name: string, text: string): OutFile {
  const lines = text.split('\n').slice(0, -1).map(fieldsOf);
  const header = lines[0]!;
  const [, kind, , , ldc] = header as [string, string, string, string, string];
  return { recipient, kind, name, ldc, runId: header[8] ?? '', records: lines.slice(1, -1) };
}

function fieldsOf(line: string): string[] {
  const fields = parseCsvLine(line);
  if (typeof fields === 'string') throw new Error(`${fields}: ${line}`);
  return fields;
}

/** Rows of all files of a report, each once however many organizations were told it. */
export function reportRows({ outFiles }: Answers, report: string): Row[] {
  const rows = new Map<string, Row>();
  for (const file of outFiles.filter(({ kind }) => kind === report)) {
    const [, ...columns] = file.records[0]!;
    for (const [, ...values] of file.records.slice(1)) {
      const key = [file.ldc, file.runId, ...values].join('\u0000');
      rows.set(key, Object.fromEntries(columns.map((name, i) => [name, values[i] ?? ''])));
    }
  }
  return [...rows.values()];
}

/** BQ records of all responses, each once however many organizations got it. */
export function billedQuantities({ outFiles }: Answers): (readonly string[])[] {
  const records = new Map<string, readonly string[]>();
  for (const { kind, records: all } of outFiles) {
    if (kind !== 'BQ-RSP') continue;
    for (const record of all) if (record[0] === 'BQ') records.set(record.join(','), record);
  }
  return [...records.values()];
}

export function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  return sumBy(items, keyOf, () => 1);
}

export function sumBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  valueOf: (item: T) => number,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(keyOf(item), (sums.get(keyOf(item)) ?? 0) + valueOf(item));
  return sums;
}
