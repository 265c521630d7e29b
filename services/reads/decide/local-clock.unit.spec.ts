import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '@mdmr/kernel';
import { at, day } from './fixture.js';
import { LocalClockScan, clockChangeOn } from './local-clock.js';

const SPRING = '2026-03-08';
const AUTUMN = '2026-11-01';

/** End hours of a day; `lack` and `twice` name the hour by its start. */
function hours(date: string, change: { lack?: number; twice?: number } = {}) {
  const stamps = [];
  for (let hour = 0; hour < 24; hour++) {
    if (hour === change.lack) continue;
    const stamp = { day: day(date), endMs: at(date) + (hour + 1) * HOUR_MS };
    stamps.push(stamp);
    if (hour === change.twice) stamps.push(stamp);
  }
  return stamps;
}

function verdict(...meters: ReturnType<typeof hours>[]): boolean {
  const scan = new LocalClockScan();
  meters.forEach((stamps, i) => scan.addLine('NA1', `M-${i}`, 'KWH', 60, stamps));
  return scan.verdict(0.5).has('NA1');
}

describe('a local clock', () => {
  it('shows on clock-change dates only', () => {
    expect(clockChangeOn(day(SPRING))).toBe('SPRING');
    expect(clockChangeOn(day(AUTUMN))).toBe('AUTUMN');
    expect(clockChangeOn(day('2026-03-09'))).toBeNull();
    expect(verdict(hours('2026-03-09', { lack: 2 }))).toBe(false);
  });

  it('is found when every meter lacks exactly 02:00-03:00 in March', () => {
    expect(verdict(hours(SPRING, { lack: 2 }), hours(SPRING, { lack: 2 }))).toBe(true);
    expect(verdict(hours(SPRING, { lack: 3 }))).toBe(false);
    expect(verdict(hours(SPRING))).toBe(false);
  });

  it('is found when half of the meters do, not when one of many does', () => {
    const whole = hours(SPRING);
    const local = hours(SPRING, { lack: 2 });
    expect(verdict(local, whole)).toBe(true);
    expect(verdict(local, whole, whole)).toBe(false);
  });

  it('is found by 01:00-02:00 twice in November', () => {
    expect(verdict(hours(AUTUMN, { twice: 1 }))).toBe(true);
    expect(verdict(hours(AUTUMN, { twice: 2 }))).toBe(false);
    expect(verdict(hours(AUTUMN, { lack: 2 }))).toBe(false);
  });

  it('counts the meters of a head-end over all lines of the file, in parts of a day too', () => {
    const scan = new LocalClockScan();
    const local = hours(SPRING, { lack: 2 });
    scan.addLine('NA1', 'M-1', 'KWH', 60, local.slice(0, 10));
    scan.addLine('NA1', 'M-1', 'KWH', 60, local.slice(10));
    scan.addLine('NA1', 'M-2', 'KWH', 60, hours('2026-03-09'));
    expect(scan.verdict(0.5).get('NA1')).toEqual(new Set([day(SPRING)]));
    scan.addLine('NA1', 'M-3', 'KWH', 60, hours('2026-03-09'));
    expect(scan.verdict(0.5).has('NA1')).toBe(false);
    scan.addLine('NA2', 'M-9', 'KWH', 60, local);
    expect([...scan.verdict(0.5).keys()]).toEqual(['NA2']);
  });

  it('is seen in quarter hours as well', () => {
    const stamps = [];
    for (let end = 15; end <= 1440; end += 15) {
      if (end > 120 && end <= 180) continue;
      stamps.push({ day: day(SPRING), endMs: at(SPRING) + end * 60_000 });
    }
    const scan = new LocalClockScan();
    scan.addLine('NA1', 'M-1', 'KWH', 15, stamps);
    expect(scan.verdict(0.5).has('NA1')).toBe(true);
  });
});
