/** Findings of a day: what each rule said, how many intervals it meant, and what became of them. */
import type { AxisDay } from './axis.js';
import type { Decided } from './compose.js';
import { type Finding, type FindingOutcome, ON_ESTIMATE, type Severity } from './model.js';
import { UNDECIDED } from './results.js';
import type { Remark, Rule } from './rules/rule.js';
import { registerRemarks, runsOn } from './validate.js';

interface Draft {
  readonly rule: Rule;
  readonly remark: Remark;
  readonly accepted: boolean;
  readonly intervals: number;
  readonly from: number;
  readonly to: number;
  readonly onEstimate: boolean;
}

export function dayFindings(
  decided: Decided,
  dayAt: number,
  states: string,
): { findings: Finding[]; passed: number[] } {
  const day = decided.axis.days[dayAt]!;
  const drafts = [
    ...intervalDrafts(decided, dayAt),
    ...blockDrafts(decided, day),
    ...registerDrafts(decided, day),
    ...noteDrafts(decided, day),
  ];
  const findings = drafts.map((draft) => findingOf(decided, dayAt, draft, states));
  findings.push(...keptFindings(decided, day));
  findings.sort((a, b) => (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : a.from - b.from));
  return { findings, passed: passedRules(decided, dayAt, findings) };
}

function intervalDrafts(decided: Decided, dayAt: number): Draft[] {
  const check = decided.validation.days[dayAt];
  return (check?.remarks ?? []).map(({ rule, remark, accepted }) => {
    const { intervals, from, to } = remark;
    return { rule, remark, accepted, intervals, from, to, onEstimate: false };
  });
}

/** A block's verdict falls on all its days. */
function blockDrafts(decided: Decided, day: AxisDay): Draft[] {
  const drafts: Draft[] = [];
  for (const check of decided.validation.stretches) {
    if (check.remarks.length === 0) continue;
    const range = slotRange(decided, day, check.stretch.a, check.stretch.b);
    if (range === null) continue;
    for (const { rule, remark, accepted } of check.remarks) {
      drafts.push({ rule, remark, accepted, ...range, onEstimate: false });
    }
  }
  return drafts;
}

function registerDrafts(decided: Decided, day: AxisDay): Draft[] {
  const remarks = registerRemarks(decided.axis, decided.placement).get(day.day) ?? [];
  return remarks.map(({ rule, remark, element }) => {
    const from = decided.axis.slot[element]!;
    const range = { from, to: from + 1, intervals: 1 };
    return { rule, remark, accepted: false, ...range, onEstimate: false };
  });
}

function noteDrafts(decided: Decided, day: AxisDay): Draft[] {
  const drafts: Draft[] = [];
  for (const { rule, remark, accepted, a, b } of decided.results.notes) {
    const range = slotRange(decided, day, a, b);
    if (range !== null) drafts.push({ rule, remark, accepted, ...range, onEstimate: true });
  }
  return drafts;
}

/** Slots of the day that elements [a, b) touch. */
function slotRange(
  decided: Decided,
  day: AxisDay,
  a: number,
  b: number,
): { from: number; to: number; intervals: number } | null {
  const first = Math.max(a, day.first);
  const last = Math.min(b, day.end) - 1;
  if (first > last) return null;
  const from = decided.axis.slot[first]!;
  const to = decided.axis.slot[last]! + 1;
  return { from, to, intervals: to - from };
}

function findingOf(decided: Decided, dayAt: number, draft: Draft, states: string): Finding {
  const { rule, remark, intervals, from, to, onEstimate } = draft;
  return {
    rule: rule.id,
    severity: remark.severity,
    reason: onEstimate ? ON_ESTIMATE : (remark.reason ?? ''),
    value: remark.value ?? '',
    limit: remark.limit ?? '',
    intervals,
    from,
    to,
    meterId: meterAt(decided, dayAt, from),
    outcome: outcomeOf(decided, dayAt, draft, states),
  };
}

/** The meter at the first interval meant. */
function meterAt(decided: Decided, dayAt: number, slot: number): string {
  const { axis } = decided;
  const day = axis.days[dayAt]!;
  for (let e = day.first; e < day.end; e++) {
    if (axis.slot[e]! >= slot && axis.piece[e]! >= 0) return axis.pieces[axis.piece[e]!]!.meterId;
  }
  return '';
}

function outcomeOf(decided: Decided, dayAt: number, draft: Draft, states: string): FindingOutcome {
  const { severity } = draft.remark;
  if (severity === 'WARN') return 'ACCEPTED';
  if (severity !== 'FAIL') return '';
  if (draft.accepted) return 'ACCEPTED';
  const failed = decided.validation.days[dayAt]?.failed;
  let seen = '';
  for (let slot = draft.from; slot < draft.to; slot++) {
    const meant = isMeant(draft.rule, states[slot]!, failed?.[slot] === 1);
    if (draft.onEstimate || meant) seen += states[slot];
  }
  if (seen.includes('N')) return 'NVE';
  if (seen.includes('M')) return 'OPEN';
  return seen.includes('E') ? 'ESTIMATED' : 'OPEN';
}

/** A block rule means all its intervals, 020 those without a value, other rules those they failed. */
function isMeant(rule: Rule, letter: string, failed: boolean): boolean {
  if (rule.kind !== 'day') return true;
  return rule.no === 20 ? !failed && letter !== 'V' : failed;
}

/** Findings about estimates that stand as they were made. */
function keptFindings(decided: Decided, day: AxisDay): Finding[] {
  const { axis, results } = decided;
  const stored = day.row?.verdict?.findings.filter((f) => f.reason === ON_ESTIMATE) ?? [];
  return stored.filter((finding) => {
    for (let e = day.first; e < day.end; e++) {
      const meant = axis.slot[e]! >= finding.from && axis.slot[e]! < finding.to;
      if (meant && results.state[e] !== UNDECIDED) return false;
    }
    return true;
  });
}

const RAN: readonly Severity[] = ['INFO', 'WARN', 'FAIL', 'NOT_RUN'];

/** Numbers of the rules that ran on the day and said nothing. */
function passedRules(decided: Decided, dayAt: number, findings: readonly Finding[]): number[] {
  const { axis, validation, placement } = decided;
  const day = axis.days[dayAt]!;
  const said = new Set(findings.filter((f) => RAN.includes(f.severity)).map((f) => f.rule));
  const check = validation.days[dayAt];
  if (!check) return [];
  const hasValue = check.view.values.some((v) => !Number.isNaN(v));
  const hasBlock = validation.stretches.some(
    (s) => s.block !== null && s.stretch.a < day.end && s.stretch.b > day.first,
  );
  const hasRead = placement.reads.some(
    (r) => r.at >= day.startsAt && r.at <= axis.end[day.end - 1]!,
  );
  const ran: Record<Rule['kind'], boolean> = { day: hasValue, block: hasBlock, register: hasRead };
  return (day.service?.rules ?? [])
    .filter((rule) => runsOn(rule, axis.facts.channel) && !said.has(rule.id))
    .filter((rule) => ran[rule.kind])
    .map((rule) => rule.no);
}
