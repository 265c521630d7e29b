import type { EventValue } from '@mdmr/events';
import type { Instant } from '@mdmr/kernel';
import type { Block, FileOrigin, Run } from './block.js';
import type { ChannelDay } from './channel-day.js';
import type { CustodyDelta } from './custody.js';
import type { LineReport } from './line-report.js';
import type { MovedBlock } from './reattribute-blocks.js';
import type { ReceivedBlock } from './receive-blocks.js';
import { multiplierText } from './spans.js';

type ReceivedValue = EventValue<'reads.MeterDayReceived'>;
type MovedValue = EventValue<'reads.MeterDayReattributed'>;
type ChannelDayValue = EventValue<'reads.ChannelDayAttributed'>;
type SegmentValue = EventValue<'reads.SegmentDecided'>;
type CustodyValue = EventValue<'reads.CustodyChanged'>;

/** Key of a meter day's events. */
export function meterDayEventKey(block: Block): string {
  return `${block.amccId}|${block.deviceId}`;
}

function runValues(runs: readonly Run[]): ReceivedValue['attribution'] {
  return runs.map((r) => ({
    from: r.from,
    to: r.to,
    state: r.state,
    usdp_id: r.usdpId,
    reason: r.reason,
    since_ms: r.sinceMs,
  }));
}

function meterDayHead(block: Block, now: Instant, ldc: string | null, meterId: string | null) {
  const { file } = block;
  return {
    at_ms: now,
    amcc_id: block.amccId,
    device_id: block.deviceId,
    key: block.key,
    channel: block.channel,
    est_day: block.estDay,
    custody_id: file.custodyId,
    custody_seq: file.custodySeq,
    custody_at_ms: file.custodyAtMs,
    line: block.line,
    file_id: file.fileId,
    file_name: file.fileName,
    sender: file.sender,
    ldc,
    meter_id: meterId,
    other_id: block.otherId,
    interval_minutes: block.intervalMinutes,
  };
}

/** @param ldc of the meter day, null while it is open */
export function meterDayReceived(
  received: ReceivedBlock,
  now: Instant,
  ldc: string | null,
): ReceivedValue {
  const { stored, meter } = received;
  const isRegister = stored.intervalMinutes === 0;
  const runs = runValues(stored.runs);
  return {
    ...meterDayHead(stored, now, meter?.ldc ?? ldc, meter?.meterId ?? null),
    purpose: stored.purpose,
    multiplied: stored.multiplied,
    repeats: stored.repeats as number[],
    scale: stored.scale,
    values: stored.values as (number | null)[],
    flags: stored.flags,
    masks: stored.masks as ReceivedValue['masks'],
    registers: stored.registers.map((r) => ({
      at_ms: r.atMs,
      units: r.units,
      scale: r.scale,
      flag: r.flag,
    })),
    attribution: isRegister ? [] : runs,
    register_attribution: isRegister ? runs : [],
  };
}

export function meterDayReattributed(
  moved: MovedBlock,
  now: Instant,
  ldc: string | null,
): MovedValue {
  const { after, meter } = moved;
  const isRegister = after.intervalMinutes === 0;
  const runs = runValues(after.runs);
  return {
    ...meterDayHead(after, now, meter?.ldc ?? ldc, meter?.meterId ?? null),
    version: after.version,
    registers_at_ms: after.registers.map((r) => r.atMs),
    attribution: isRegister ? [] : runs,
    register_attribution: isRegister ? runs : [],
    moves: moved.moves.map((m) => ({
      from: m.from,
      to: m.to,
      register: isRegister,
      state: m.state,
      usdp_id: m.usdpId,
      from_usdp_id: m.fromUsdpId,
      reason: m.reason,
    })),
  };
}

export function channelDayAttributed(
  day: ChannelDay,
  now: Instant,
  version: number,
  cause: 'READ' | 'DIRECTORY',
): ChannelDayValue {
  return {
    at_ms: now,
    ldc: day.ldc,
    usdp_id: day.usdpId,
    channel: day.channel,
    est_day: day.estDay,
    version,
    cause,
    custody_at_ms: day.custodyAtMs,
    completed_at_ms: day.completedAtMs,
    interval_minutes: day.intervalMinutes,
    values: day.values as (number | null)[],
    flags: day.flags,
    sources: day.sources.map((s) => ({
      from: s.from,
      to: s.to,
      custody_id: s.custodyId,
      file_id: s.fileId,
      line: s.line,
      meter_id: s.meterId,
    })),
    shared: day.shared.map((s) => ({
      index: s.index,
      parts: s.parts.map((p) => ({
        meter_id: p.meterId,
        from_ms: p.fromMs,
        to_ms: p.toMs,
        wh: p.wh,
        file_id: p.fileId,
        line: p.line,
      })),
    })),
    registers: day.registers.map((r) => ({
      at_ms: r.atMs,
      meter_id: r.meterId,
      units: r.units,
      scale: r.scale,
      kind: r.kind,
      flag: r.flag,
      file_id: r.fileId,
      line: r.line,
    })),
    spans: day.spans.map((s) => ({
      meter_id: s.meterId,
      from_ms: s.fromMs,
      to_ms: s.toMs,
      multiplier: multiplierText(s.version),
      dials: s.version.dials,
      decimals: s.version.decimals,
      interval_minutes: s.version.intervalMinutes,
      installed_at_ms: s.installation.fromMs,
      removed_at_ms: s.installation.toMs,
    })),
  };
}

/** Which part of a file a chunk of decided lines is. */
export interface ChunkPlace {
  readonly segment: number;
  readonly segments: number;
  readonly chunk: number;
  readonly isLast: boolean;
}

export function segmentDecided(
  file: FileOrigin,
  place: ChunkPlace,
  report: LineReport,
  now: Instant,
): SegmentValue {
  return {
    at_ms: now,
    custody_id: file.custodyId,
    custody_at_ms: file.custodyAtMs,
    file_id: file.fileId,
    file_name: file.fileName,
    sender: file.sender,
    segment: place.segment,
    segments: place.segments,
    chunk: place.chunk,
    last: place.isLast,
    totals: report.totals.map(({ firstMs, lastMs, ...counts }) => ({
      ...counts,
      first_ms: firstMs,
      last_ms: lastMs,
    })),
    rows: report.rows.map(({ meterId, firstMs, lastMs, ...row }) => ({
      ...row,
      sender_only: row.ldc === '',
      meter_id: meterId,
      first_ms: firstMs,
      last_ms: lastMs,
    })),
  };
}

export function custodyChanged(delta: CustodyDelta, now: Instant): CustodyValue {
  const { applied, unchanged, superseded, held, rejected } = delta.counts;
  return {
    at_ms: now,
    custody_id: delta.custodyId,
    applied,
    unchanged,
    superseded,
    held,
    rejected,
    lines: delta.lines.map((l) => ({
      line: l.line,
      was_state: l.wasState,
      was_reason: l.wasReason,
      state: l.state,
      reason: l.reason,
      values: l.values,
    })),
  };
}
