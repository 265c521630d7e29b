/** Sections of the page about values that did not simply arrive. */
import { reportRows, sumBy, type Answers, type Row } from './answers.js';
import type { DemoDriver } from './driver.js';
import { table } from './page-text.js';

export function heldSection(answers: Answers): string[] {
  const rows = distinct(reportRows(answers, 'DC04'));
  const sums = sumBy(
    rows.filter(({ state }) => state !== 'REJECTED'),
    ({ state, reason, meter_id: meter }) => `${state}\t${reason || '-'}\t${meter}`,
    ({ values }) => Number(values),
  );
  const lines = [...sums].map(([key, values]) => [...key.split('\t'), values]).toSorted(byText);
  return [
    ...table(['DC04', 'reason', 'meter', 'values'], lines),
    '',
    `  ${answers.status.held_values} values are held now. HELD rows are told every morning and counted once here.`,
  ];
}

function byText(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  return a.join() < b.join() ? -1 : 1;
}

/** A held value is listed every day; it is still one. */
function distinct(rows: readonly Row[]): Row[] {
  const seen = new Map(rows.map((row) => [Object.values(row).join(' '), row]));
  return [...seen.values()];
}

interface VeeTrace {
  readonly vee: {
    readonly channels: readonly {
      readonly channel: string;
      readonly intervals: readonly {
        readonly end: string;
        readonly kwh: string | null;
        readonly state: string;
        readonly method: string | null;
      }[];
    }[];
  } | null;
}

/** Which methods filled the gaps of some days, as `trace interval` tells it. */
export async function estimatedSection(
  answers: Answers,
  driver: DemoDriver,
  days: readonly (readonly [usdpId: string, day: string])[],
): Promise<string[]> {
  const rows: (string | number)[][] = [];
  for (const [usdpId, day] of days) {
    const { vee } = await driver.mdmr<VeeTrace>('trace', 'interval', usdpId, day);
    const kwh = vee?.channels.find(({ channel }) => channel === 'KWH')?.intervals ?? [];
    const estimated = kwh.filter(({ state }) => state === 'EST');
    if (estimated.length === 0) continue;
    const methods = [...new Set(estimated.map(({ method }) => method ?? ''))].join('+');
    const hours = `${hourOf(estimated[0]!.end)} to ${hourOf(estimated.at(-1)!.end)}`;
    const values = estimated.slice(0, 4).map((interval) => interval.kwh);
    const more = estimated.length > 4 ? ' …' : '';
    rows.push([usdpId, day, estimated.length, hours, methods, `${values.join(' ')}${more}`]);
  }
  const open = distinct(reportRows(answers, 'VE02').map(({ ...row }) => row));
  const nve = [...new Set(open.map((row) => `${row.usdp_id} ${row.day} ${row.reason}`))].toSorted();
  return [
    ...table(['USDP ID', 'day', 'intervals', 'interval ends', 'method', 'kWh'], rows),
    '',
    '  Not to be estimated, for a person to decide (VE02):',
    ...(nve.length === 0 ? ['  none'] : nve.map((line) => `  ${line}`)),
  ];
}

function hourOf(end: string): string {
  return end.slice(11, 16);
}

/** Report, column of the reason, and how many things a row stands for. */
const REFUSALS: readonly (readonly [string, string, (row: Row) => number])[] = [
  ['US01', 'SDPs that got no new USDP ID', () => 1],
  ['IR17', 'files refused whole', () => 1],
  ['IR10', 'sets not applied', () => 1],
  ['IR07', 'directory records refused for what they say', () => 1],
  ['IR14', 'directory records refused for what they contradict', () => 1],
  ['DC07', 'values refused', (row) => (row.line === '' ? 0 : Number(row.rejected))],
  ['IR08', 'billing items that ended unanswered', () => 1],
];

export function refusedSection(answers: Answers): string[] {
  const rows = REFUSALS.flatMap(([report, what, countOf]) => {
    const sums = sumBy(
      reportRows(answers, report),
      ({ reason }) => reason!,
      (row) => countOf(row),
    );
    return [...sums].filter(([, count]) => count > 0).map(([r, n]) => [report, r, n, what]);
  });
  return table(['report', 'reason', 'count', 'of'], rows);
}
