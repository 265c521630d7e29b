import { describe, expect, it } from '@jest/globals';
import { makeCast, NEW_METER_ID } from './cast.js';
import { EXCHANGED_AT, FIELD_DAY, FIRST_DAY, LAST_DAY, day } from './dates.js';
import { Papers } from './directory-rows.js';
import { CONTRADICTION, GAPS, LATE_CLOCK, IMPOSSIBLE, sentDay } from './incidents.js';
import { Metering, milliText } from './metering.js';

const cast = makeCast();
const metering = new Metering(cast);
const sum = (values: readonly (number | null)[]) =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);
const meter = (meterId: string) => cast.meters.find((m) => m.meterId === meterId)!;

describe('the cast', () => {
  it('has sixty service points, each measured', () => {
    expect(cast.points.length).toBe(60);
    for (const { sdpId } of cast.points) expect(metering.metersOf(sdpId).length).toBeGreaterThan(0);
    expect(new Set(cast.meters.map(({ amcdId }) => amcdId)).size).toBe(cast.meters.length);
  });

  it('has two meters crossed on paper and one exchanged', () => {
    const onPaper = (sdpId: string) => cast.points.find((p) => p.sdpId === sdpId)!.meterId;
    const wrong = cast.points.filter(
      ({ sdpId }) => metering.metersOf(sdpId)[0]!.meterId !== onPaper(sdpId),
    );
    expect(wrong.map(({ sdpId }) => sdpId)).toEqual(['MP-0009', 'MP-0010']);
    expect(metering.metersOf('MP-0002').length).toBe(2);
  });
});

describe('the registers', () => {
  it('are the ones before plus the intervals between, every day and meter', () => {
    for (const one of cast.meters) {
      for (const channel of one.channels) {
        let register = one.startMilli.get(channel)!;
        for (let d = FIRST_DAY; d <= LAST_DAY; d += 1) {
          const counted = metering.day(one, channel, d);
          if (counted === undefined) continue;
          register += sum(counted.values);
          if (counted.register !== null) expect(counted.register).toBe(register);
        }
        if (one.to !== null) expect(metering.removalRegister(one, channel)).toBe(register);
      }
    }
  });

  it('stand in the shared hour of the exchange for what each meter saw of it', () => {
    const point = cast.points.find(({ sdpId }) => sdpId === 'MP-0002')!;
    const load = point.loads.get('KWH')!.day(FIELD_DAY);
    const before = metering.day(meter(point.meterId), 'KWH', FIELD_DAY)!;
    const after = metering.day(meter(NEW_METER_ID), 'KWH', FIELD_DAY)!;
    expect(before.register).toBeNull();
    expect(before.values.map((value, i) => (value ?? 0) + (after.values[i] ?? 0))).toEqual(load);
    expect(before.values[10]! + after.values[10]!).toBe(load[10]);
    expect([before.values[10], after.values[10]]).not.toContain(0);
    expect([before.values[11], after.values[9]]).toEqual([null, null]);
    expect(EXCHANGED_AT % 3_600_000).toBe(37 * 60_000);
  });

  it('do not depend on who asked for them first', () => {
    const fresh = new Metering(cast);
    const papers = new Papers(fresh, new Map(cast.points.map(({ sdpId }) => [sdpId, sdpId])));
    papers.firstState(cast.points);
    papers.stateAfterFieldWork(cast.points);
    for (const one of cast.meters) {
      for (let d = FIRST_DAY; d <= LAST_DAY; d += 1) {
        expect(fresh.day(one, 'KWH', d)).toEqual(metering.day(one, 'KWH', d));
      }
    }
  });

  it('are shown with three decimals', () => {
    expect([0, 7, 1000, 1_137_311].map(milliText)).toEqual(['0.000', '0.007', '1.000', '1137.311']);
  });
});

describe('what goes wrong', () => {
  const truthOf = (sdpId: string, d: number) =>
    metering.day(metering.metersOf(sdpId)[0]!, 'KWH', d)!;

  it('takes the values of a gap and, with the whole day, its register', () => {
    for (const gap of GAPS) {
      const sent = sentDay(gap.sdpId, gap.day, truthOf(gap.sdpId, gap.day));
      expect(sent.values.filter((value) => value === null).length).toBe(gap.to - gap.from);
      expect(sent.register === null).toBe(gap.noRegister === true);
    }
  });

  it('moves a day by an hour without changing its sum', () => {
    const truth = truthOf(LATE_CLOCK.sdpId, LATE_CLOCK.day);
    const sent = sentDay(LATE_CLOCK.sdpId, LATE_CLOCK.day, truth);
    expect(sum(sent.values)).toBe(sum(truth.values));
    expect(sent.values).not.toEqual(truth.values);
    expect(sent.register).toBe(truth.register);
  });

  it('adds to the values and not to the registers', () => {
    const impossible = truthOf(IMPOSSIBLE.sdpId, IMPOSSIBLE.day);
    const sent = sentDay(IMPOSSIBLE.sdpId, IMPOSSIBLE.day, impossible);
    expect(sum(sent.values) - sum(impossible.values)).toBe(IMPOSSIBLE.milli);
    expect(sent.register).toBe(impossible.register);
    const wrong = truthOf(CONTRADICTION.sdpId, CONTRADICTION.day);
    const tooMuch =
      sum(sentDay(CONTRADICTION.sdpId, CONTRADICTION.day, wrong).values) - sum(wrong.values);
    // well above the tolerance of the sum check
    expect(tooMuch).toBeGreaterThan(sum(wrong.values) / 100);
  });

  it('leaves every other day alone', () => {
    const truth = truthOf('MP-0001', day('2026-11-18'));
    expect(sentDay('MP-0001', day('2026-11-18'), truth)).toEqual(truth);
  });
});
