import { describe, expect, it } from '@jest/globals';
import type { ChangedQuantity } from './compare-delivery.js';
import type { DeliveredQuantity } from './delivered-quantity.js';
import type { SourceVersion } from './delivery.js';
import { causeOf } from './rebilling-cause.js';
import type { CauseMarks } from './rebilling-cause.js';
import { day } from './sdp-facts.builder.js';

const side: DeliveredQuantity = {
  segmentNo: 1,
  startDay: day('2026-07-01'),
  endDay: day('2026-07-03'),
  accountRef: 'a1',
  framing: 'TOU',
  calendarId: 'ON-TOU',
  channel: 'KWH',
  totalWh: 1,
  bins: [],
  intervals: 48,
  estimated: 0,
  edited: 0,
  hours: [],
};

function changed(now: Partial<DeliveredQuantity> | null = {}): ChangedQuantity {
  return {
    change: 'CHANGED',
    segmentNo: 1,
    startDay: side.startDay,
    endDay: side.endDay,
    channel: 'KWH',
    accountRef: 'a1',
    oldTotalWh: 1,
    newTotalWh: 2,
    bins: [],
    hoursChanged: null,
    hash: 'h',
    delivered: side,
    now: now === null ? null : { ...side, ...now },
  };
}

const svc = (version: string): SourceVersion => ({ kind: 'DIRECTORY', key: 'SVC', version });
const cal = (version: string): SourceVersion => ({ kind: 'CALENDAR', key: 'ON-TOU', version });
const DAYS: SourceVersion[] = [
  { kind: 'CHANNEL_DAY', key: 'KWH/2026-07-01', version: '3' },
  { kind: 'CHANNEL_DAY', key: 'KWH/2026-07-02', version: '1' },
];

function cause(
  one: ChangedQuantity,
  marks: Partial<CauseMarks>,
  before: SourceVersion[] = [svc('1'), cal('1')],
  after: SourceVersion[] = [svc('1'), cal('1')],
  isPriceDate = false,
  isSame = false,
): string {
  const second: CauseMarks = { version: 1, read: 1, edit: 0, directory: 0, ...marks };
  return causeOf(one, {
    before: [...DAYS, ...before],
    after: [...DAYS, ...after],
    marks: (_, at) =>
      at === day('2026-07-02') ? second : { version: 3, read: 1, edit: 0, directory: 3 },
    isSameDay: () => isSame,
    isPriceDate: () => isPriceDate,
  });
}

describe('the cause of a re-billing row', () => {
  it('is what VEE said of the days since the delivery', () => {
    expect(cause(changed(), { version: 2, read: 2 })).toBe('LATE_DATA');
    expect(cause(changed(), { version: 2, edit: 2 })).toBe('EDIT');
    expect(cause(changed(), { version: 2, directory: 2 })).toBe('DIRECTORY_CHANGED');
    expect(cause(changed(), { version: 4, directory: 2, edit: 4, read: 3 })).toBe(
      'LATE_DATA+EDIT+DIRECTORY_CHANGED',
    );
  });

  it('is the final run of nothing else only when nothing else happened', () => {
    expect(cause(changed(), { version: 2 })).toBe('LATE_DATA');
    expect(cause(changed(), { version: 3, directory: 2 })).toBe('DIRECTORY_CHANGED');
  });

  it('leaves aside days that say the same as delivered', () => {
    const none = [svc('1'), cal('1')];
    const again = { version: 3, read: 3, directory: 2 };
    expect(cause(changed(), again, none, [svc('2')], false, true)).toBe('DIRECTORY_CHANGED');
    const back = { ...changed(), change: 'REVERTED' as const };
    expect(cause(back, again, none, none, false, true)).toBe('LATE_DATA+DIRECTORY_CHANGED');
  });

  it('is the directory when account, framing or bounds moved, also beside late data', () => {
    const other = changed({ accountRef: 'a2' });
    expect(cause(other, {}, [svc('1')], [svc('2')])).toBe('DIRECTORY_CHANGED');
    expect(cause(other, { version: 2, read: 2 }, [svc('1')], [svc('2')])).toBe(
      'LATE_DATA+DIRECTORY_CHANGED',
    );
    // A version that moved nothing of this row is not its cause.
    expect(cause(changed(), { version: 2, read: 2 }, [svc('1')], [svc('2')])).toBe('LATE_DATA');
    expect(cause(changed(), {}, [svc('1')], [svc('2')])).toBe('DIRECTORY_CHANGED');
  });

  it('is the calendar, or its price date', () => {
    expect(cause(changed(), {}, [cal('1')], [cal('2')])).toBe('CALENDAR_CHANGED');
    expect(cause(changed(null), {}, [cal('1')], [cal('2')], true)).toBe('PRICE_DATE');
    expect(cause(changed(null), {}, [cal('1')], [cal('1')], true)).toBe('PRICE_DATE');
    // Nothing can be answered now, so no calendar is used: that is no change of one.
    expect(cause(changed(null), {}, [svc('1'), cal('1')], [svc('2')])).toBe('DIRECTORY_CHANGED');
  });
});
