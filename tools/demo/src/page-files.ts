/** Sections of the page about files in and out. */
import { countBy, sumBy, type Answers, type CustodyFile } from './answers.js';
import { table } from './page-text.js';

export function inSection({ custody }: Answers): string[] {
  const kinds = [...new Set(custody.map(({ kind }) => kind))].toSorted();
  const row = (label: string, files: readonly CustodyFile[]) => {
    const sum = (valueOf: (file: CustodyFile) => number) => {
      return files.reduce((total, file) => total + valueOf(file), 0);
    };
    return [
      label,
      files.length,
      sum((file) => file.in),
      sum((file) => file.applied),
      sum((file) => file.held),
      sum((file) => file.rejected),
      sum((file) => file.pending),
    ];
  };
  const heads = ['kind', 'files', 'in', 'applied', 'held', 'rejected', 'pending'];
  const of = (unit: string) => custody.filter((file) => file.unit === unit);
  const rows = [
    ...kinds.map((kind) =>
      row(
        kind,
        custody.filter((file) => file.kind === kind),
      ),
    ),
    row('all records', of('RECORD')),
    row('all values', of('VALUE')),
  ];
  return [
    ...table(heads, rows),
    '',
    '  CSV kinds count records, CMEP counts values; in = applied + held + rejected + pending, as of',
    '  now. A set that was not applied, and a file refused whole, count as rejected.',
  ];
}

export function outSection({ outFiles }: Answers, orgs: readonly string[]): string[] {
  const counts = countBy(outFiles, ({ recipient, kind }) => `${recipient} ${kind}`);
  const records = sumBy(
    outFiles,
    ({ kind }) => kind,
    (file) => file.records.filter(([type]) => type !== 'COL').length,
  );
  const kinds = [...new Set(outFiles.map(({ kind }) => kind))].toSorted();
  const rows = kinds.map((kind) => [
    kind,
    ...orgs.map((org) => counts.get(`${org} ${kind}`) ?? 0),
    records.get(kind)!,
  ]);
  const totals = orgs.map((org) => outFiles.filter(({ recipient }) => recipient === org).length);
  const all = [...records.values()].reduce((sum, count) => sum + count, 0);
  const heads = ['files of', ...orgs, 'records'];
  return [
    ...table(heads, [...rows, ['all', ...totals, all]]),
    '',
    '  Records are those of all recipients, without headers and trailers.',
  ];
}
