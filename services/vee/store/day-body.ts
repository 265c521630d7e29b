/**
 * A stored ChannelDayValidated, packed: less than half of its Avro bytes, and cheaper to write and to read. The
 * row's key (service point, channel) is not in it. Only this service reads it; a rebuild writes it anew.
 */
import { Defect, PackedReader, PackedWriter, startOfDay } from '@mdmr/kernel';
import type { Validated } from '../decide/channel-day-event.js';

/** The first byte: how the rest is written. */
const FORMAT = 1;

const out = new PackedWriter();

export function encodeDay(day: Validated): Buffer {
  out.uint(FORMAT);
  out.int(day.at_ms);
  out.name(day.ldc);
  out.int(day.est_day);
  out.uint(day.version);
  out.uint(day.reads_version);
  out.name(day.cause);
  out.nameOrNull(day.run_id);
  out.intOrNull(day.custody_at_ms);
  out.uint(day.interval_minutes);
  writeValues(day.values);
  out.runs(day.states);
  out.name(day.service_id);
  out.uint(day.service_version);
  out.runs(day.flags);
  writeValues(day.source_values);
  writeShared(day);
  writeRegisters(day);
  writeNumbers(day.passed);
  out.name(day.context);
  writeSources(day.sources);
  writeEstimates(day);
  writeNve(day.nve);
  writeFindings(day.findings);
  return out.take();
}

/** Each as the difference to the last one there was. */
function writeValues(values: Validated['values']): void {
  out.uint(values.length);
  let last = 0;
  for (const value of values) {
    out.intOrNull(value === null ? null : value - last);
    if (value !== null) last = value;
  }
}

function writeNumbers(numbers: readonly number[]): void {
  out.uint(numbers.length);
  for (const number of numbers) out.int(number);
}

function writeShared({ shared, est_day }: Validated): void {
  const base = startOfDay(est_day);
  out.uint(shared.length);
  for (const { index, parts } of shared) {
    out.uint(index);
    out.uint(parts.length);
    for (const part of parts) {
      out.name(part.meter_id);
      out.int(part.from_ms - base);
      out.int(part.to_ms - base);
      out.nameOrNull(part.wh);
      out.nameOrNull(part.file_id);
      out.intOrNull(part.line);
    }
  }
}

function writeRegisters({ registers, est_day }: Validated): void {
  const base = startOfDay(est_day);
  out.uint(registers.length);
  for (const r of registers) {
    out.int(r.at_ms - base);
    out.intOrNull(r.bounds_at_ms === null ? null : r.bounds_at_ms - r.at_ms);
    out.name(r.meter_id);
    out.int(r.units);
    out.uint(r.scale);
    out.name(r.kind);
    out.name(r.flag);
    out.name(r.wh);
    out.name(r.resolution_wh);
  }
}

function writeSources(sources: Validated['sources']): void {
  out.uint(sources.length);
  for (const source of sources) {
    out.uint(source.from);
    out.uint(source.to);
    out.name(source.custody_id);
    out.name(source.file_id);
    out.int(source.line);
    out.name(source.meter_id);
  }
}

function writeEstimates({ estimates, est_day }: Validated): void {
  const base = startOfDay(est_day);
  const fromBase = (at: number | null) => (at === null ? null : at - base);
  out.uint(estimates.length);
  for (const e of estimates) {
    out.uint(e.from);
    out.uint(e.to);
    out.name(e.method);
    out.intOrNull(e.energy_wh);
    out.nameOrNull(e.factor);
    out.intOrNull(fromBase(e.register_from_ms));
    out.intOrNull(fromBase(e.register_to_ms));
    writeNumbers(e.donor_days);
    out.name(e.scaling);
  }
}

function writeNve(nve: Validated['nve']): void {
  out.uint(nve.length);
  for (const { from, to, reason } of nve) {
    out.uint(from);
    out.uint(to);
    out.name(reason);
  }
}

function writeFindings(findings: Validated['findings']): void {
  out.uint(findings.length);
  for (const f of findings) {
    out.name(f.rule);
    out.name(f.severity);
    out.name(f.value);
    out.name(f.limit);
    out.uint(f.intervals);
    out.intOrNull(f.from);
    out.intOrNull(f.to);
    out.nameOrNull(f.meter_id);
    out.name(f.reason);
    out.name(f.outcome);
  }
}

/**
 * The day of a row.
 * @throws Defect DAY_BODY when a later version of this service wrote it
 */
export function decodeDay(body: Buffer, usdpId: string, channel: string): Validated {
  const from = new PackedReader(body);
  if (from.uint() !== FORMAT) throw new Defect('DAY_BODY', 'a channel day is written otherwise');
  const at_ms = from.int();
  const ldc = from.name();
  const est_day = from.int();
  const base = startOfDay(est_day);
  return {
    at_ms,
    ldc,
    usdp_id: usdpId,
    channel,
    est_day,
    version: from.uint(),
    reads_version: from.uint(),
    cause: from.name(),
    run_id: from.nameOrNull(),
    custody_at_ms: from.intOrNull(),
    interval_minutes: from.uint(),
    values: readValues(from),
    states: from.runs(),
    service_id: from.name(),
    service_version: from.uint(),
    flags: from.runs(),
    source_values: readValues(from),
    shared: from.list(() => readShared(from, base)),
    registers: from.list(() => readRegister(from, base)),
    passed: from.list(() => from.int()),
    context: from.name(),
    sources: from.list(() => readSource(from)),
    estimates: from.list(() => readEstimate(from, base)),
    nve: from.list(() => ({ from: from.uint(), to: from.uint(), reason: from.name() })),
    findings: from.list(() => readFinding(from)),
  };
}

function readValues(from: PackedReader): (number | null)[] {
  let last = 0;
  return from.list(() => {
    const difference = from.intOrNull();
    return difference === null ? null : (last += difference);
  });
}

function readShared(from: PackedReader, base: number): Validated['shared'][number] {
  const index = from.uint();
  const parts = from.list(() => ({
    meter_id: from.name(),
    from_ms: from.int() + base,
    to_ms: from.int() + base,
    wh: from.nameOrNull(),
    file_id: from.nameOrNull(),
    line: from.intOrNull(),
  }));
  return { index, parts };
}

function readRegister(from: PackedReader, base: number): Validated['registers'][number] {
  const at_ms = from.int() + base;
  const bounds = from.intOrNull();
  return {
    at_ms,
    bounds_at_ms: bounds === null ? null : at_ms + bounds,
    meter_id: from.name(),
    units: from.int(),
    scale: from.uint(),
    kind: from.name(),
    flag: from.name(),
    wh: from.name(),
    resolution_wh: from.name(),
  };
}

function readSource(from: PackedReader): Validated['sources'][number] {
  return {
    from: from.uint(),
    to: from.uint(),
    custody_id: from.name(),
    file_id: from.name(),
    line: from.int(),
    meter_id: from.name(),
  };
}

function readEstimate(from: PackedReader, base: number): Validated['estimates'][number] {
  const instant = (offset: number | null) => (offset === null ? null : offset + base);
  return {
    from: from.uint(),
    to: from.uint(),
    method: from.name(),
    energy_wh: from.intOrNull(),
    factor: from.nameOrNull(),
    register_from_ms: instant(from.intOrNull()),
    register_to_ms: instant(from.intOrNull()),
    donor_days: from.list(() => from.int()),
    scaling: from.name(),
  };
}

function readFinding(from: PackedReader): Validated['findings'][number] {
  return {
    rule: from.name(),
    severity: from.name(),
    value: from.name(),
    limit: from.name(),
    intervals: from.uint(),
    from: from.intOrNull(),
    to: from.intOrNull(),
    meter_id: from.nameOrNull(),
    reason: from.name(),
    outcome: from.name(),
  };
}
