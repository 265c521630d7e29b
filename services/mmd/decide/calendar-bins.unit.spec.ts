import { describe, expect, it } from '@jest/globals';
import { calendarBins } from './calendar-bins.js';
import { binRows, day } from './spec-world.js';

const FOREVER = day('2100-01-01');

describe('bins of a calendar', () => {
  it('are straddled by intervals off the minute at which they change', () => {
    const half = calendarBins(['on', 'off'], binRows('07:30 off, 24:00 on'));
    expect(half.straddles(60, day('2026-07-01'), FOREVER)).toBe(true);
    expect(half.straddles(30, day('2026-07-01'), FOREVER)).toBe(false);
    const quarter = calendarBins(['on', 'off'], binRows('07:15 off, 24:00 on'));
    expect([5, 15, 30, 60].map((m) => quarter.straddles(m, 0, FOREVER))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('are not where the same bin goes on', () => {
    const same = calendarBins(['off'], binRows('07:30 off, 24:00 off'));
    expect(same.straddles(60, 0, FOREVER)).toBe(false);
  });

  it('count only on days they are valid and in season', () => {
    const winter = { season_from: '11-01', season_to: '04-30' };
    const rows = binRows('07:30 off, 24:00 on', { ...winter, valid_from_day: day('2026-01-01') });
    const bins = calendarBins(['on', 'off'], rows);
    expect(bins.straddles(60, day('2026-05-01'), day('2026-11-01'))).toBe(false);
    expect(bins.straddles(60, day('2026-05-01'), day('2026-11-02'))).toBe(true);
    expect(bins.straddles(60, day('2025-12-01'), day('2026-01-01'))).toBe(false);
    expect(bins.straddles(60, 0, FOREVER)).toBe(true);
    expect(bins.hasBinsOn(day('2026-01-01'))).toBe(true);
    expect(bins.hasBinsOn(day('2025-12-31'))).toBe(false);
    expect(bins.hasBinsOn(day('2026-06-01'))).toBe(false);
  });
});
