/** Sections of the page about billing quantities. */
import { billedQuantities, countBy, reportRows, sumBy, type Answers } from './answers.js';
import { kwh, table, wattHours } from './page-text.js';

/** Fields of a BQ record that the page looks at. */
const BQ = {
  request: 1,
  usdpId: 2,
  start: 4,
  end: 5,
  framing: 6,
  calendar: 7,
  channel: 8,
  total: 9,
  on: 10,
  mid: 11,
  off: 12,
  ultraLow: 13,
  intervals: 14,
  estimated: 15,
  bqId: 17,
  revision: 18,
  segmentNo: 20,
} as const;
type Quantity = readonly string[];

/** The newest revision of every bill, once. */
export function newestQuantities(answers: Answers): Quantity[] {
  const newest = new Map<string, Quantity>();
  for (const quantity of billedQuantities(answers)) {
    const key = [BQ.bqId, BQ.segmentNo, BQ.channel].map((i) => quantity[i]).join(' ');
    const known = newest.get(key);
    if (known === undefined || Number(known[BQ.revision]) < Number(quantity[BQ.revision])) {
      newest.set(key, quantity);
    }
  }
  return [...newest.values()];
}

export function billedSection(answers: Answers): string[] {
  const all = billedQuantities(answers);
  const newest = newestQuantities(answers);
  const ldcs = ldcOfRequests(answers);
  const keyOf = (q: Quantity) => {
    const { framing, calendar, channel, request } = BQ;
    return [ldcs.get(q[request]!)!, q[framing]!, q[calendar]! || 'none', q[channel]!].join(' ');
  };
  const keys = [...new Set(newest.map(keyOf))].toSorted();
  const rows = keys.map((key) => [
    ...key.split(' '),
    ...sums(newest.filter((quantity) => keyOf(quantity) === key)),
  ]);
  const parts = ['records', 'kWh', 'on', 'mid', 'off', 'ultra-low', 'intervals', 'estimated'];
  const bills = new Set(newest.map((quantity) => quantity[BQ.bqId]!)).size;
  return [
    ...table(['LDC', 'framing', 'calendar', 'channel', ...parts], rows),
    '',
    `  ${bills} bills in ${newest.length} records, each in its newest revision; ${all.length} were`,
    '  delivered, first revisions and repeats included.',
  ];
}

function sums(quantities: readonly Quantity[]): (string | number)[] {
  const energy = (field: number) => {
    const shown = quantities.filter((quantity) => quantity[field] !== '');
    if (shown.length === 0) return '';
    return kwh(shown.reduce((sum, quantity) => sum + wattHours(quantity[field]!), 0));
  };
  const count = (field: number) =>
    quantities.reduce((sum, quantity) => sum + Number(quantity[field]), 0);
  const energies = [BQ.total, BQ.on, BQ.mid, BQ.off, BQ.ultraLow].map(energy);
  return [quantities.length, ...energies, count(BQ.intervals), count(BQ.estimated)];
}

function ldcOfRequests({ outFiles }: Answers): Map<string, string> {
  const ldcs = new Map<string, string>();
  for (const { kind, ldc, records } of outFiles) {
    if (kind === 'BQ-RSP') for (const record of records) ldcs.set(record[1]!, ldc);
  }
  return ldcs;
}

export function changedSection(answers: Answers): string[] {
  const rows = reportRows(answers, 'BR03').map((row) => [
    row.bq_id!,
    row.change!,
    row.old_total!,
    row.new_total!,
    row.diff_total!,
    row.diff_on!,
    row.diff_mid!,
    row.diff_off!,
    row.cause!,
  ]);
  const heads = ['BR03', 'change', 'old kWh', 'new kWh', 'diff', 'on', 'mid', 'off', 'cause'];
  const revised = billedQuantities(answers).filter((quantity) => quantity[BQ.revision] !== '1');
  const warnings = countBy(reportRows(answers, 'BR07'), (row) => row.warning!);
  const words = [...warnings].map(([warning, count]) => `${count} ${warning}`).toSorted();
  const total = sumBy(
    reportRows(answers, 'BR03'),
    () => 'all',
    (row) => wattHours(row.diff_total!),
  );
  return [
    ...table(heads, rows),
    '',
    `  The differences add up to ${kwh(total.get('all') ?? 0)} kWh. ${revised.length} records were delivered as a second`,
    `  revision when they were asked for again. Warnings to requests (BR07): ${words.join(', ') || 'none'}.`,
  ];
}
