/** Between events and the words of model.ts: what reads published, and what leaves as ChannelDayValidated. */
import type { EventValue } from '@mdmr/events';
import type { EstDay, Instant } from '@mdmr/kernel';
import type {
  DayInput,
  DayRow,
  Estimate,
  Finding,
  FindingOutcome,
  Nve,
  NveReason,
  PlacedRead,
  RegisterRead,
  Scaling,
  Severity,
  Verdict,
} from './model.js';

export type Attributed = EventValue<'reads.ChannelDayAttributed'>;
export type Validated = EventValue<'vee.ChannelDayValidated'>;
export type Cause = 'READ' | 'DIRECTORY' | 'FINAL' | 'ACCEPT';

/** What came from reads, with what is only carried on. */
export interface Received {
  readonly readsVersion: number;
  /** READ, or DIRECTORY where only the directory moved values. */
  readonly cause?: 'READ' | 'DIRECTORY';
  readonly custodyAt: Instant | null;
  readonly sources: Validated['sources'];
  readonly shared: Validated['shared'];
  readonly input: DayInput;
}

export interface Key {
  readonly ldc: string;
  readonly usdpId: string;
  readonly channel: string;
  readonly day: EstDay;
}

function numbersOf(values: readonly (number | null)[]): Float64Array {
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) numbers[i] = values[i] ?? Number.NaN;
  return numbers;
}

function nullable(values: Float64Array): (number | null)[] {
  const out = new Array<number | null>(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    out[i] = value === value ? value : null;
  }
  return out;
}

export function causeOf(event: Attributed): 'READ' | 'DIRECTORY' {
  return event.cause === 'DIRECTORY' ? 'DIRECTORY' : 'READ';
}

export function receivedOf(event: Attributed): Received {
  const registers: RegisterRead[] = [];
  for (const r of event.registers) {
    // Install and removal reads are taken from the directory, where they stand.
    if (r.kind !== 'READ') continue;
    registers.push({
      at: r.at_ms,
      meterId: r.meter_id,
      units: r.units,
      scale: r.scale,
      flag: r.flag,
    });
  }
  const values = numbersOf(event.values);
  const { flags, interval_minutes: minutes } = event;
  const shared = sharedOf(event.shared);
  return {
    cause: causeOf(event),
    readsVersion: event.version,
    custodyAt: event.custody_at_ms,
    sources: event.sources,
    shared: event.shared,
    input: { minutes, values, flags, shared, registers },
  };
}

function sharedOf(shared: Validated['shared']): DayInput['shared'] {
  return shared.map(({ index, parts }) => ({
    index,
    parts: parts.map((p) => ({ meterId: p.meter_id, from: p.from_ms, to: p.to_ms, wh: p.wh })),
  }));
}

/** What was received, out of a stored verdict; null = nothing yet. */
export function storedReceived(event: Validated): Received | null {
  if (event.reads_version === 0) return null;
  const received = event.source_values.length > 0 ? event.source_values : event.values;
  const registers: RegisterRead[] = [];
  for (const r of event.registers) {
    if (r.kind !== 'READ') continue;
    registers.push({
      at: r.at_ms,
      meterId: r.meter_id,
      units: r.units,
      scale: r.scale,
      flag: r.flag,
    });
  }
  return {
    readsVersion: event.reads_version,
    custodyAt: event.custody_at_ms,
    sources: event.sources,
    shared: event.shared,
    input: {
      minutes: event.interval_minutes,
      values: numbersOf(received),
      flags: event.flags,
      shared: sharedOf(event.shared),
      registers,
    },
  };
}

export function storedVerdict(event: Validated): Verdict {
  return {
    day: event.est_day,
    minutes: event.interval_minutes,
    values: numbersOf(event.values),
    states: event.states,
    serviceId: event.service_id,
    serviceVersion: event.service_version,
    estimates: event.estimates.map(estimateOf),
    nve: event.nve.map((n): Nve => ({ from: n.from, to: n.to, reason: n.reason as NveReason })),
    findings: event.findings.map(findingOf),
    passed: event.passed,
    registers: event.registers.map(placedOf),
    context: event.context,
  };
}

function estimateOf(e: Validated['estimates'][number]): Estimate {
  return {
    from: e.from,
    to: e.to,
    method: e.method,
    scaling: e.scaling as Scaling,
    energyWh: e.energy_wh,
    factor: e.factor,
    registerFrom: e.register_from_ms,
    registerTo: e.register_to_ms,
    donorDays: e.donor_days,
  };
}

function findingOf(f: Validated['findings'][number]): Finding {
  return {
    rule: f.rule,
    severity: f.severity as Severity,
    reason: f.reason,
    value: f.value,
    limit: f.limit,
    intervals: f.intervals,
    from: f.from ?? 0,
    to: f.to ?? 0,
    meterId: f.meter_id ?? '',
    outcome: f.outcome as FindingOutcome,
  };
}

function placedOf(r: Validated['registers'][number]): PlacedRead {
  return {
    at: r.at_ms,
    bounds: r.bounds_at_ms,
    meterId: r.meter_id,
    units: r.units,
    scale: r.scale,
    kind: r.kind as PlacedRead['kind'],
    flag: r.flag,
    wh: r.wh,
    resolutionWh: r.resolution_wh,
  };
}

/** A day as stored, and what has newly come of it. */
export function rowOf(stored: Validated | null, arrived: Received | null): DayRow {
  const judged = stored === null ? null : storedReceived(stored);
  const verdict = stored === null ? null : storedVerdict(stored);
  const judgedInput = judged?.input ?? null;
  return { input: arrived?.input ?? judgedInput, judged: judgedInput, verdict };
}

export function validatedOf(
  key: Key,
  verdict: Verdict,
  received: Received | null,
  facts: { version: number; cause: Cause; runId: string | null; now: Instant },
): Validated {
  const input = received?.input ?? null;
  const sameGrid = input !== null && input.minutes === verdict.minutes;
  return {
    at_ms: facts.now,
    ldc: key.ldc,
    usdp_id: key.usdpId,
    channel: key.channel,
    est_day: key.day,
    version: facts.version,
    reads_version: received?.readsVersion ?? 0,
    cause: facts.cause,
    run_id: facts.runId,
    custody_at_ms: received?.custodyAt ?? null,
    interval_minutes: verdict.minutes,
    values: nullable(verdict.values),
    states: verdict.states,
    service_id: verdict.serviceId,
    service_version: verdict.serviceVersion,
    flags: sameGrid ? input.flags : input === null ? '' : '.'.repeat(verdict.states.length),
    source_values: sourceValues(verdict, sameGrid ? input : null),
    shared: received?.shared ?? [],
    registers: verdict.registers.map(registerEvent),
    passed: [...verdict.passed],
    context: verdict.context,
    sources: received?.sources ?? [],
    estimates: verdict.estimates.map(estimateEvent),
    nve: verdict.nve.map((n) => ({ ...n })),
    findings: verdict.findings.map(findingEvent),
  };
}

/** Received values, where one of them is not the valid one. */
function sourceValues(verdict: Verdict, input: DayInput | null): (number | null)[] {
  const { values } = verdict;
  for (let i = 0; i < values.length; i++) {
    const received = input === null ? Number.NaN : input.values[i]!;
    if (!Object.is(received, values[i]!)) {
      return input === null
        ? nullable(new Float64Array(values.length).fill(NaN))
        : nullable(input.values);
    }
  }
  return [];
}

function registerEvent(r: PlacedRead): Validated['registers'][number] {
  return {
    at_ms: r.at,
    bounds_at_ms: r.bounds,
    meter_id: r.meterId,
    units: r.units,
    scale: r.scale,
    kind: r.kind,
    flag: r.flag,
    wh: r.wh,
    resolution_wh: r.resolutionWh,
  };
}

function estimateEvent(e: Estimate): Validated['estimates'][number] {
  return {
    from: e.from,
    to: e.to,
    method: e.method,
    energy_wh: e.energyWh,
    factor: e.factor,
    register_from_ms: e.registerFrom,
    register_to_ms: e.registerTo,
    donor_days: [...e.donorDays],
    scaling: e.scaling,
  };
}

function findingEvent(f: Finding): Validated['findings'][number] {
  return {
    rule: f.rule,
    severity: f.severity,
    value: f.value,
    limit: f.limit,
    intervals: f.intervals,
    from: f.from,
    to: f.to,
    meter_id: f.meterId === '' ? null : f.meterId,
    reason: f.reason,
    outcome: f.outcome,
  };
}

/** True if the verdict says the same; a version of the service alone is no difference. */
export function sameVerdict(a: Verdict, b: Verdict): boolean {
  const text = (v: Verdict) =>
    JSON.stringify([
      v.minutes,
      v.states,
      v.serviceId,
      v.estimates,
      v.nve,
      v.findings,
      v.passed,
      v.registers,
      v.context,
    ]);
  if (a.values.length !== b.values.length || text(a) !== text(b)) return false;
  return a.values.every((value, i) => Object.is(value, b.values[i]!));
}
