/** What mmd, reads and reporting would publish, for specs of the running service. */
import { emit, type OutEvent } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import { DAY_MS, type EstDay, type Instant, startOfDay } from '@mdmr/kernel';

type Timeline = EventValue<'mmd.DirectoryChanged'>['timelines'][number];
type Attributed = EventValue<'reads.ChannelDayAttributed'>;

export interface VersionText {
  readonly from: Instant;
  readonly to?: Instant;
  readonly values: Record<string, string>;
}

export function timeline(
  recordType: string,
  subject: string,
  versions: readonly VersionText[],
  name: string | null = null,
): Timeline {
  const isMeter = recordType === 'MTR';
  return {
    record_type: recordType,
    usdp_id: isMeter ? null : subject,
    meter_id: isMeter ? subject : null,
    name,
    versions: versions.map(({ from, to, values }) => ({
      from_ms: from,
      to_ms: to ?? null,
      values,
      file_id: 'MP-S-1.1',
      line: 2,
      recorded_at_ms: from,
    })),
  };
}

/** A home with one meter from a day on. */
export function home(usdpId: string, meterId: string, from: EstDay, service = 'STD'): Timeline[] {
  const at = startOfDay(from);
  const sdp = { status: 'ACTIVE', category: 'RESIDENTIAL', time_zone: 'EASTERN' };
  const meter = {
    amcd_id: `D-${meterId}`,
    amcc_id: 'NA1',
    interval_minutes: '60',
    multiplier: '1',
    register_dials: '6',
    channels: 'KWH',
    register_decimals: '3',
  };
  return [
    timeline('SDP', usdpId, [{ from: at, values: sdp }]),
    timeline('MTR', meterId, [{ from: at, values: meter }]),
    timeline('INS', usdpId, [{ from: at, values: { meter_id: meterId } }]),
    timeline('ACC', usdpId, [{ from: at, values: { account_ref: `ref-${usdpId}` } }]),
    timeline('SVC', usdpId, [{ from: at, values: { vee_service: service, framing: 'TOU' } }]),
  ];
}

let sets = 0;

export function directoryChanged(timelines: Timeline[], at: Instant): OutEvent {
  const set_id = `MP-S-${++sets}`;
  const value = { at_ms: at, ldc: 'MAPLE', set_id, chunk: 0, last: true, timelines };
  return emit('mmd.DirectoryChanged', 'MAPLE', value);
}

export interface DayText {
  readonly usdpId: string;
  readonly meterId: string;
  readonly day: EstDay;
  readonly version?: number;
  readonly values: readonly (number | null)[];
  /** Registers at both midnights of the day, as Wh. */
  readonly registers?: readonly [number, number];
}

export function channelDay(text: DayText): OutEvent {
  const { usdpId, meterId, day, values } = text;
  const from = startOfDay(day);
  const register = (at: Instant, units: number): Attributed['registers'][number] => ({
    at_ms: at,
    meter_id: meterId,
    units,
    scale: 3,
    kind: 'READ',
    flag: 'R',
    file_id: 'x1',
    line: 3,
  });
  const value: Attributed = {
    at_ms: from + DAY_MS,
    ldc: 'MAPLE',
    usdp_id: usdpId,
    channel: 'KWH',
    est_day: day,
    version: text.version ?? 1,
    cause: 'READ',
    custody_at_ms: from + DAY_MS,
    completed_at_ms: null,
    interval_minutes: 60,
    values: [...values],
    flags: values.map((v) => (v === null ? '.' : 'R')).join(''),
    sources: [{ from: 0, to: 24, custody_id: 'c1', file_id: 'x1', line: 2, meter_id: meterId }],
    shared: [],
    registers: text.registers
      ? [register(from, text.registers[0]), register(from + DAY_MS, text.registers[1])]
      : [],
    spans: [],
  };
  return emit('reads.ChannelDayAttributed', usdpId, value);
}

export function runDue(
  runId: string,
  dataDay: EstDay,
  asOf: Instant,
  org: string | null = null,
): OutEvent {
  const facts = { schedule: 'FINAL', number: 1, late: false, asked: false };
  const value = { at_ms: asOf, run_id: runId, data_day: dataDay, as_of_ms: asOf, org, ...facts };
  return emit('reporting.RunDue', runId, value);
}
