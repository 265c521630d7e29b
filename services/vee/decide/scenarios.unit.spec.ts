/** Runs the folders of scenarios/: what is given, what happens, what must then be so. */
import { describe, expect, it } from '@jest/globals';
import { formatEnergyKwh, formatEstDay, formatInstant } from '@mdmr/kernel';
import { dayOf } from './bench-channel.js';
import type { Verdict } from './model.js';
import { readRows, scenarioNames } from '../scenarios/read-scenario.js';
import { type Row, Scenario } from './scenario.js';

/** What the scenario came to, in the words of a row of then.csv. */
function actual(scenario: Scenario, row: Row): readonly (readonly string[])[] {
  const [what, dayText] = row;
  const verdict = scenario.bench.verdict(dayOf(dayText!));
  const head = [what!, dayText!];
  switch (what) {
    case 'STATES':
      return [[...head, verdict.states]];
    case 'VALUES':
      return [[...head, ...[...verdict.values].map(kwh)]];
    case 'SUM':
      return [[...head, kwh([...verdict.values].reduce((a, b) => a + b, 0))]];
    case 'VALUE':
      return [[...head, row[2]!, kwh(verdict.values[Number(row[2])]!)]];
    case 'ESTIMATES':
      return verdict.estimates.map((e) => [...head, ...estimateText(e)]);
    case 'NVE':
      return verdict.nve.map((n) => [...head, String(n.from), String(n.to), n.reason]);
    case 'FINDINGS':
      return verdict.findings.map((f) => [...head, ...findingText(f)]);
    default:
      throw new Error(`no such record: ${what}`);
  }
}

function kwh(wh: number): string {
  return Number.isNaN(wh) ? '' : formatEnergyKwh(wh);
}

function estimateText(e: Verdict['estimates'][number]): string[] {
  const energy = e.energyWh === null ? '' : kwh(e.energyWh);
  const registers = [e.registerFrom, e.registerTo].map((at) =>
    at === null ? '' : formatInstant(at),
  );
  const donors = e.donorDays.map(formatEstDay).join('+');
  return [
    String(e.from),
    String(e.to),
    e.method,
    e.scaling,
    energy,
    e.factor ?? '',
    ...registers,
    donors,
  ];
}

function findingText(f: Verdict['findings'][number]): string[] {
  const severity = f.severity === 'NOT_RUN' ? `NOT_RUN(${f.reason})` : f.severity;
  return [f.rule, severity, f.value, f.limit, String(f.intervals), f.meterId, f.outcome];
}

/** Rows of one kind and day that follow one another describe all there is; `NONE` = nothing. */
function grouped(rows: readonly Row[]): Row[][] {
  const groups: Row[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    const same = last?.[0]?.[0] === row[0] && last?.[0]?.[1] === row[1];
    if (same && !['VALUE', 'SUM'].includes(row[0]!)) last!.push(row);
    else groups.push([row]);
  }
  return groups;
}

/** An expected row names as many fields as it cares about. */
function cut(rows: readonly (readonly string[])[], expected: readonly Row[]): string[] {
  return rows.map((row, i) => row.slice(0, expected[i]?.length ?? row.length).join());
}

describe('scenario', () => {
  it.each(scenarioNames())('%s', (name) => {
    const scenario = new Scenario(readRows(name, 'given.csv'));
    const steps = readRows(name, 'when.csv');
    const then = readRows(name, 'then.csv');
    for (const row of steps) scenario.step(row);
    scenario.receive();
    for (const group of grouped(then)) {
      const expected = group[0]![2] === 'NONE' ? [] : group;
      const found = cut(actual(scenario, group[0]!), expected);
      expect(found).toEqual(expected.map((row) => row.join()));
    }
  });
});
