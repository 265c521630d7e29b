/** Adds up what result files say, for the table of docs/reference/reliability.md. */
import { readFileSync } from 'node:fs';

interface Line {
  readonly seed?: number;
  readonly rebuilt?: readonly number[];
  readonly verdict: string;
  readonly faults?: readonly string[];
  readonly files?: number;
  readonly values?: number;
  readonly channel_days?: number;
  readonly events?: number;
  readonly copies?: number;
  readonly seconds: number;
  readonly findings: readonly string[];
}

export function summaryOf(paths: readonly string[]): string {
  const lines = paths
    .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as Line);
  const seeds = lines.filter(({ seed }) => seed !== undefined);
  const rebuilds = lines.filter(({ rebuilt }) => rebuilt !== undefined);
  const sum = (pick: (line: Line) => number | undefined) =>
    seeds.reduce((all, line) => all + (pick(line) ?? 0), 0);
  const failed = seeds.filter(({ verdict }) => verdict !== 'ok');
  const differ = rebuilds.filter(({ verdict }) => verdict !== 'ok');
  const rows: [string, string | number][] = [
    ['seeds', `${seeds.length}, ${failed.length} failed`],
    ['suites rebuilt and compared', `${rebuilds.length}, ${differ.length} differ`],
    ['files dropped', sum((line) => line.files)],
    ['values sent', sum((line) => line.values)],
    ['channel days', sum((line) => line.channel_days)],
    ['events on the topics', sum((line) => line.events)],
    ['copies among them, dropped by all', sum((line) => line.copies)],
    ['hours', (sum((line) => line.seconds) / 3600).toFixed(1)],
  ];
  const faults = new Map<string, number>();
  for (const fault of seeds.flatMap((line) => line.faults ?? [])) {
    for (const name of namesOf(fault)) faults.set(name, (faults.get(name) ?? 0) + 1);
  }
  return [
    '| | |',
    '|---|---|',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    '',
    '| fault | times |',
    '|---|---|',
    ...[...faults].sort().map(([name, count]) => `| ${name} | ${count} |`),
    ...failed.map((line) => `\nseed ${line.seed}: ${line.findings.join('; ')}`),
    ...differ.map(
      (line) => `\nrebuild of ${line.rebuilt!.join(', ')}: ${line.findings.join('; ')}`,
    ),
  ].join('\n');
}

/** Two processes killed at once count for each. */
function namesOf(fault: string): string[] {
  const [kind, targets] = fault.split(' ') as [string, string];
  return targets.split('+').map((target) => `${kind} ${target}`);
}
