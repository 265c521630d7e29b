/** For specs: the events of a small utility's days, as the other services publish them. */
import { emit, type OutEvent } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import { parseEstDay, parseInstant, startOfDay } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';

export const at = (text: string): Instant => parseInstant(`${text}-05:00`)!;
export const day = (text: string): EstDay => parseEstDay(text)!;
export const SDPS = ['4071829533', '2684517307', '9153064828'];
const MAY = at('2026-05-01T00:00:00');
const APRIL = at('2026-04-29T09:00:00');

export function participants(ldcs: string[], since: Instant = APRIL): OutEvent[] {
  const org = (org_id: string, role: string) =>
    emit('participants.OrganizationRegistered', org_id, {
      at_ms: since,
      org_id,
      name: org_id,
      roles: [role],
      door: 'drop',
    });
  const headEnd = emit('participants.HeadEndRegistered', 'NORTHAMI', {
    at_ms: since,
    amcc_id: 'NA1',
    org_id: 'NORTHAMI',
    ldcs,
    format: 'CMEP',
    stamps: 'EST',
    key: 'METER',
    multiplied: false,
  });
  const agents = [org('NORTHAMI', 'AMI_OPERATOR'), org('BILLCO', 'BILLING_AGENT')];
  return [...ldcs.map((ldc) => org(ldc, 'LDC')), ...agents, headEnd];
}

type Timeline = EventValue<'mmd.DirectoryChanged'>['timelines'][number];

function timeline(type: string, subject: string, name: string, values: object): Timeline {
  return {
    record_type: type,
    usdp_id: type === 'MTR' ? null : subject,
    meter_id: type === 'MTR' ? subject : null,
    name: name === '' ? null : name,
    versions: [
      {
        from_ms: MAY,
        to_ms: null,
        values: values as Record<string, string>,
        file_id: 'MP-S-1.1',
        line: 2,
        recorded_at_ms: APRIL,
      },
    ],
  };
}

/** Set MP-S-1: three homes with a meter each, read by NORTHAMI and billed by BILLCO. */
export function directory(ldc = 'MAPLE', usdps = SDPS, status = 'ACTIVE'): OutEvent {
  const timelines = usdps.flatMap((usdp, i) => [
    timeline('SDP', usdp, '', { status, time_zone: 'EASTERN', category: 'RESIDENTIAL' }),
    timeline('INS', usdp, '', { meter_id: `M-100${i + 1}` }),
    timeline('MTR', `M-100${i + 1}`, '', {
      amcc_id: 'NA1',
      amcd_id: `D-100${i + 1}`,
      channels: 'KWH',
      interval_minutes: '60',
    }),
    timeline('ORG', usdp, 'AMI_OPERATOR', { org_id: 'NORTHAMI' }),
    timeline('ORG', usdp, 'BILLING_AGENT', { org_id: 'BILLCO' }),
  ]);
  return emit('mmd.DirectoryChanged', ldc, {
    at_ms: APRIL,
    ldc,
    set_id: 'MP-S-1',
    chunk: 0,
    last: true,
    timelines,
  });
}

/** A set that gives one home another status from a day on. */
export function statusChanged(usdp: string, status: string, from: string, atMs: Instant): OutEvent {
  const before = timeline('SDP', usdp, '', { status: 'ACTIVE' });
  const then = {
    ...before.versions[0]!,
    from_ms: startOfDay(day(from)),
    values: { status },
    recorded_at_ms: atMs,
  };
  return emit('mmd.DirectoryChanged', 'MAPLE', {
    at_ms: atMs,
    ldc: 'MAPLE',
    set_id: `MP-S-${atMs}`,
    chunk: 0,
    last: true,
    timelines: [{ ...before, versions: [...before.versions, then] }],
  });
}

/** A channel day with `present` of its 24 values; whole ones are complete by `custody`. */
export function channelDay(
  usdp: string,
  on: string,
  version: number,
  present: number,
  custody: Instant,
): OutEvent {
  return emit('reads.ChannelDayAttributed', usdp, {
    at_ms: custody + 1_000,
    ldc: 'MAPLE',
    usdp_id: usdp,
    channel: 'KWH',
    est_day: day(on),
    version,
    cause: 'READ',
    custody_at_ms: custody,
    completed_at_ms: present === 24 ? custody : null,
    interval_minutes: 60,
    values: Array.from({ length: 24 }, (_, i) => (i < present ? 500 : null)),
    flags: 'V'.repeat(present).padEnd(24, '.'),
    sources: [],
    shared: [],
    registers: [],
    spans: [],
  });
}

type Attribution = EventValue<'reads.MeterDayReceived'>['attribution'][number];

const file = { custody_id: 'c-late', file_id: 'x4648c5e2cb598eea', file_name: 'NA1_late.cmep' };

const blockOf = (atMs: Instant, ldc: string | null) => ({
  at_ms: atMs,
  amcc_id: 'NA1',
  device_id: 'M-7777',
  channel: 'KWH',
  est_day: day('2026-07-03'),
  custody_id: file.custody_id,
  custody_seq: 7,
  line: 2,
  file_id: file.file_id,
  file_name: file.file_name,
  ldc,
  meter_id: null,
  custody_at_ms: at('2026-07-03T11:00:01'),
  sender: 'NORTHAMI',
  other_id: '',
  key: 'METER',
  interval_minutes: 60,
});

/** reads.md 6: two values of a meter nobody knows. */
export function heldValues(
  atMs: Instant,
  ldc: string | null = 'MAPLE',
  custody = file.custody_id,
): OutEvent {
  const held: Attribution = {
    from: 0,
    to: 2,
    state: 'HELD',
    usdp_id: null,
    reason: 'UNKNOWN_METER',
    since_ms: atMs,
  };
  return emit('reads.MeterDayReceived', 'NA1|M-7777', {
    ...blockOf(atMs, ldc),
    custody_id: custody,
    purpose: 'OK',
    multiplied: false,
    repeats: [],
    scale: 3,
    values: [400, 300, ...Array.from({ length: 22 }, () => null)],
    flags: 'RR'.padEnd(24, '.'),
    masks: [],
    registers: [],
    attribution: [held],
    register_attribution: [],
  });
}

/** The directory learns of the meter, or moves it to another SDP. */
export function reattributed(
  atMs: Instant,
  version: number,
  usdp: string,
  fromUsdp: string | null,
): OutEvent {
  const applied = { from: 0, to: 2, usdp_id: usdp, reason: null };
  const state = fromUsdp === null ? 'APPLIED' : 'MOVED';
  return emit('reads.MeterDayReattributed', 'NA1|M-7777', {
    ...blockOf(atMs, 'MAPLE'),
    version,
    registers_at_ms: [],
    attribution: [{ ...applied, state: 'APPLIED', since_ms: null }],
    register_attribution: [],
    moves: [{ ...applied, state, register: false, from_usdp_id: fromUsdp }],
  });
}

/** The file's lines as decided: line 2 held, line 3 with a wrong count. */
export function segmentDecided(atMs: Instant): OutEvent {
  const none = { applied: 0, unchanged: 0, superseded: 0, held: 0, rejected: 0 };
  const row = { ldc: 'MAPLE', sender_only: false, channel: 'KWH', lines: 1, ...none };
  return emit('reads.SegmentDecided', file.custody_id, {
    at_ms: atMs,
    ...file,
    custody_at_ms: at('2026-07-03T11:00:01'),
    sender: 'NORTHAMI',
    segment: 0,
    segments: 1,
    chunk: 0,
    last: true,
    totals: [
      {
        ldc: 'MAPLE',
        lines: 3,
        values: 9,
        ...none,
        applied: 4,
        held: 2,
        rejected: 3,
        first_ms: at('2026-07-02T18:00:00'),
        last_ms: at('2026-07-03T02:00:00'),
      },
    ],
    rows: [
      {
        ...row,
        line: 2,
        meter_id: 'M-7777',
        first_ms: at('2026-07-03T01:00:00'),
        last_ms: at('2026-07-03T02:00:00'),
        values: 2,
        held: 2,
        reason: 'UNKNOWN_METER',
      },
      {
        ...row,
        line: 3,
        meter_id: 'M-1003',
        first_ms: null,
        last_ms: null,
        values: 3,
        rejected: 3,
        reason: 'COUNT_MISMATCH',
      },
    ],
  });
}

/** A channel day after VEE, with or without a gap that needs a person. */
export function validated(
  usdp: string,
  version: number,
  atMs: Instant,
  reason: string | null,
  runId: string | null = null,
): OutEvent {
  return emit('vee.ChannelDayValidated', usdp, {
    at_ms: atMs,
    ldc: 'MAPLE',
    usdp_id: usdp,
    channel: 'KWH',
    est_day: day('2026-07-02'),
    version,
    reads_version: 1,
    cause: runId === null ? 'READ' : 'FINAL',
    run_id: runId,
    custody_at_ms: atMs,
    interval_minutes: 60,
    values: [],
    states: '',
    service_id: 'STD',
    service_version: 1,
    flags: '',
    source_values: [],
    shared: [],
    registers: [],
    passed: [],
    context: '{}',
    sources: [],
    estimates: [],
    nve: reason === null ? [] : [{ from: 0, to: 24, reason }],
    findings: [],
  });
}

/** billing.md 10: the late actuals of 4071829533, and the end of the comparison. */
export function compared(runId: string, dataDay: string, asOf: Instant): OutEvent[] {
  const head = { at_ms: asOf, run_id: runId, data_day: day(dataDay), as_of_ms: asOf, org: null };
  const row = {
    bq_id: '4071829533-20260701-20260703',
    usdp_id: '4071829533',
    account_ref: 'ref-1',
    start_day: day('2026-07-01'),
    end_day: day('2026-07-03'),
    segment_no: 1,
    segment_start_day: day('2026-07-01'),
    segment_end_day: day('2026-07-03'),
    channel: 'KWH',
    old_revision: 1,
    delivery_no: 1,
    new_revision: 2,
    change: 'CHANGED',
    old_total_wh: 43_000,
    new_total_wh: 43_000,
    bins: [
      { bin: 'on', old_wh: 4_500, new_wh: 4_500 },
      { bin: 'mid', old_wh: 6_925, new_wh: 7_000 },
      { bin: 'off', old_wh: 31_575, new_wh: 31_500 },
    ],
    hours_changed: null,
    cause: 'LATE_DATA',
    request_file_id: 'BC-Q-7',
    delivered_at_ms: at('2026-07-03T09:00:40'),
    delivered_to: 'BILLCO',
    new_hash: '',
  };
  return [
    emit('billing.RebillingCompared', runId, { ...head, ldc: 'MAPLE', last: false, rows: [row] }),
    emit('billing.RebillingCompared', runId, { ...head, ldc: '', last: true, rows: [] }),
  ];
}

export function accounts(): OutEvent {
  return emit('mmd.AccountsIdentified', 'MAPLE', {
    at_ms: APRIL,
    ldc: 'MAPLE',
    accounts: [{ account_ref: 'ref-1', account_id: 'A-9001' }],
  });
}
