/** Many equal homes for specs and measurements: hourly, TOU on ON-TOU, account A-<n>. */
import { emit, type OutEvent } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import { dammDigit, startOfDay, type EstDay, type Instant } from '@mdmr/kernel';
import { EMPTY_DAY } from './day-records.js';

type Timeline = EventValue<'mmd.DirectoryChanged'>['timelines'][number];

const SINCE_DAY = 20_500;
const HOMES_AN_EVENT = 2_000;

/** The n-th USDP ID, check digit and all. */
export function usdpOf(n: number): string {
  const digits = String(100_000_000 + n);
  return digits + dammDigit(digits);
}

function timeline(
  recordType: string,
  n: number,
  values: Record<string, string>,
  at: Instant,
): Timeline {
  const isMeter = recordType === 'MTR';
  const version = {
    from_ms: startOfDay(SINCE_DAY),
    to_ms: null,
    values,
    file_id: 'SYNC-1',
    line: n + 2,
    recorded_at_ms: at,
  };
  return {
    record_type: recordType,
    usdp_id: isMeter ? null : usdpOf(n),
    meter_id: isMeter ? `M-${n}` : null,
    name: null,
    versions: [version],
  };
}

function home(n: number, at: Instant): Timeline[] {
  return [
    timeline('SDP', n, { status: 'ACTIVE', time_zone: 'EASTERN' }, at),
    timeline('SVC', n, { framing: 'TOU', energy_purchase_service: 'ON-TOU', rate_class: 'R' }, at),
    timeline('ACC', n, { account_ref: `ref-${n}` }, at),
    timeline('INS', n, { meter_id: `M-${n}` }, at),
    timeline('MTR', n, { interval_minutes: '60', channels: 'KWH', multiplier: '1' }, at),
  ];
}

/** Everything the directory says of homes 0 to count - 1. */
export function populationEvents(count: number, at: Instant): OutEvent[] {
  const ldc = 'MAPLE';
  const numbers = Array.from({ length: count }, (_, n) => n);
  const head = { at_ms: at, custody_id: 'U', custody_at_ms: at, sender: ldc, ldc, file_id: 'U' };
  const issued = numbers.map((n) => ({ line: n + 2, sdp_id: `S-${n}`, usdp_id: usdpOf(n) }));
  const accounts = numbers.map((n) => ({ account_ref: `ref-${n}`, account_id: `A-${n}` }));
  const events = [
    emit('participants.OrganizationRegistered', ldc, {
      ...{ at_ms: at, org_id: ldc, name: ldc, roles: ['LDC'], door: 'drop' },
    }),
    emit('mmd.AccountsIdentified', ldc, { at_ms: at, ldc, accounts }),
    emit('usdp.UsdpRequestDecided', ldc, { ...head, chunk: 0, last: true, issued, rejected: [] }),
  ];
  const chunks = Math.ceil(count / HOMES_AN_EVENT);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const part = numbers.slice(chunk * HOMES_AN_EVENT, (chunk + 1) * HOMES_AN_EVENT);
    const timelines = part.flatMap((n) => home(n, at));
    events.push(
      emit('mmd.DirectoryChanged', ldc, {
        ...{ at_ms: at, ldc, set_id: 'S-1', chunk, last: chunk === chunks - 1, timelines },
      }),
    );
  }
  return events;
}

/** Measured hours of a home and day: hour h is (n % 7 + h + 1) x 10 Wh. */
export function measuredDay(n: number, day: EstDay, at: Instant, version = 1): OutEvent {
  const values = Array.from({ length: 24 }, (_, hour) => ((n % 7) + hour + 1) * 10);
  const source = { from: 0, to: 24, custody_id: 'R-1', file_id: 'READS-1', line: n + 1 };
  return emit('vee.ChannelDayValidated', usdpOf(n), {
    ...EMPTY_DAY,
    at_ms: at,
    usdp_id: usdpOf(n),
    channel: 'KWH',
    est_day: day,
    version,
    values,
    states: 'V'.repeat(24),
    sources: [{ ...source, meter_id: `M-${n}` }],
  });
}

/** Wh of such a day. */
export function whOf(n: number): number {
  return (n % 7) * 240 + 3_000;
}
