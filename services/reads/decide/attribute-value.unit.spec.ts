import { describe, expect, it } from '@jest/globals';
import { attributeValue, type Claim, type Extent } from './attribute-value.js';
import { at, directory, headEnd, meter, point } from './fixture.js';

const claim = (input: Partial<Claim> = {}): Claim => ({
  amccId: 'NA1',
  deviceId: 'M-1',
  key: 'METER',
  otherId: '',
  channel: 'KWH',
  sender: 'NORTHAMI',
  ...input,
});

function hour(start: string, minutes = 60): Extent {
  return { startMs: at(start), endMs: at(start) + minutes * 60_000, intervalMinutes: minutes };
}
const instant = (text: string): Extent => ({
  startMs: at(text),
  endMs: at(text),
  intervalMinutes: 0,
});

const plain = directory({ meters: [meter('M-1')], points: [point('A', [{ meter: 'M-1' }])] });
const noon = hour('2026-07-01T12:00');

describe('a value belongs to the service point of its meter', () => {
  it('when nothing speaks against it', () => {
    expect(attributeValue(plain, claim(), noon)).toMatchObject({ usdpId: 'A', reason: null });
  });

  it('also by the AMCD id, and with field 6 naming the other id', () => {
    const view = directory({
      meters: [meter('M-1')],
      points: [point('A', [{ meter: 'M-1' }])],
      headEnds: [headEnd('NA1', { key: 'AMCD' })],
    });
    const named = claim({ key: 'AMCD', deviceId: 'D-1', otherId: 'M-1' });
    expect(attributeValue(view, named, noon).usdpId).toBe('A');
    expect(attributeValue(plain, claim({ otherId: 'D-1' }), noon).usdpId).toBe('A');
  });

  it('when the sender is the LDC itself', () => {
    expect(attributeValue(plain, claim({ sender: 'MAPLE' }), noon).usdpId).toBe('A');
  });

  it('when the LDC has a default service for the category', () => {
    const view = directory({
      meters: [meter('M-1')],
      points: [point('A', [{ meter: 'M-1' }], { service: '' })],
      defaultService: 'STD',
    });
    expect(attributeValue(view, claim(), noon).usdpId).toBe('A');
  });
});

describe('a value is held for the first reason that holds', () => {
  const reasonOf = (view: typeof plain, c: Claim, e: Extent) => attributeValue(view, c, e).reason;

  it('UNKNOWN_METER: no MTR with both ids at the start', () => {
    expect(reasonOf(plain, claim({ deviceId: 'M-7777' }), noon)).toBe('UNKNOWN_METER');
    expect(reasonOf(plain, claim({ amccId: 'NA2' }), noon)).toBe('UNKNOWN_METER');
    expect(reasonOf(plain, claim(), hour('2026-04-30T22:00'))).toBe('UNKNOWN_METER');
    const moved = directory({
      meters: [meter('M-1', {}, { from: '2026-07-01', amcc: 'NA2' })],
      points: [point('A', [{ meter: 'M-1' }])],
    });
    expect(reasonOf(moved, claim(), noon)).toBe('UNKNOWN_METER');
    expect(reasonOf(moved, claim(), hour('2026-06-30T23:00'))).toBeNull();
  });

  it('AMCD_MISMATCH before everything else of the meter', () => {
    expect(reasonOf(plain, claim({ otherId: 'D-2', channel: 'GKWH' }), noon)).toBe('AMCD_MISMATCH');
  });

  it('CHANNEL_NOT_IN_DIRECTORY, then INTERVAL_LENGTH_MISMATCH', () => {
    expect(reasonOf(plain, claim({ channel: 'GKWH' }), hour('2026-07-01T12:00', 15))).toBe(
      'CHANNEL_NOT_IN_DIRECTORY',
    );
    expect(reasonOf(plain, claim(), hour('2026-07-01T12:00', 15))).toBe('INTERVAL_LENGTH_MISMATCH');
  });

  it('SPLIT_BY_CHANGE: the own multiplier changes inside, not at a bound', () => {
    const view = directory({
      meters: [meter('M-1', {}, { from: '2026-07-01T12:30', multiplier: '40' })],
      points: [point('A', [{ meter: 'M-1' }])],
    });
    expect(reasonOf(view, claim(), noon)).toBe('SPLIT_BY_CHANGE');
    expect(reasonOf(view, claim(), hour('2026-07-01T11:00'))).toBeNull();
    expect(reasonOf(view, claim(), hour('2026-07-01T13:00'))).toBeNull();
    const onGrid = directory({
      meters: [meter('M-1', {}, { from: '2026-07-01T12:00', multiplier: '40' })],
      points: [point('A', [{ meter: 'M-1' }])],
    });
    expect(reasonOf(onGrid, claim(), noon)).toBeNull();
  });

  it('a multiplier written otherwise is no change', () => {
    const view = directory({
      meters: [meter('M-1', {}, { from: '2026-07-01T12:30', multiplier: '1.000', amcd: 'D-9' })],
      points: [point('A', [{ meter: 'M-1' }])],
    });
    expect(reasonOf(view, claim({ otherId: 'D-1' }), noon)).toBeNull();
  });

  it('a length that changes inside: the new length stands for the start', () => {
    const view = directory({
      meters: [meter('M-1', {}, { from: '2026-07-01T12:40', minutes: 15 })],
      points: [point('A', [{ meter: 'M-1' }])],
    });
    expect(reasonOf(view, claim(), noon)).toBe('INTERVAL_LENGTH_MISMATCH');
    expect(reasonOf(view, claim(), hour('2026-07-01T12:30', 15))).toBe('SPLIT_BY_CHANGE');
    expect(reasonOf(view, claim(), hour('2026-07-01T12:45', 15))).toBeNull();
  });

  it('a first MTR that starts inside stands for the start', () => {
    const view = directory({
      meters: [meter('M-1', { from: '2026-07-01T12:30' })],
      points: [point('A', [{ meter: 'M-1', from: '2026-07-01T12:30' }])],
    });
    expect(attributeValue(view, claim(), noon)).toMatchObject({ usdpId: 'A' });
    expect(reasonOf(view, claim(), hour('2026-07-01T11:00'))).toBe('UNKNOWN_METER');
    expect(reasonOf(view, claim(), hour('2026-07-01T11:30'))).toBe('UNKNOWN_METER');
  });

  it('NOT_INSTALLED: no installation covers part of it', () => {
    const view = directory({
      meters: [meter('M-1')],
      points: [point('A', [{ meter: 'M-1', from: '2026-07-01T12:10', to: '2026-07-01T12:20' }])],
    });
    expect(reasonOf(view, claim(), noon)).toBeNull();
    expect(reasonOf(view, claim(), hour('2026-07-01T11:00'))).toBe('NOT_INSTALLED');
    expect(reasonOf(view, claim(), hour('2026-07-01T13:00'))).toBe('NOT_INSTALLED');
  });

  it('SDP_RETIRED, SDP_INCOMPLETE, NOT_AMI_OPERATOR by the day in which it starts', () => {
    const retired = directory({
      meters: [meter('M-1')],
      points: [
        point('A', [{ meter: 'M-1' }], {
          status: [
            ['2026-05-01', 'ACTIVE'],
            ['2026-07-01', 'RETIRED'],
          ],
          service: '',
          operator: 'OTHER',
        }),
      ],
    });
    expect(reasonOf(retired, claim(), noon)).toBe('SDP_RETIRED');
    expect(reasonOf(retired, claim(), hour('2026-06-30T23:00'))).toBe('SDP_INCOMPLETE');
    const foreign = directory({
      meters: [meter('M-1')],
      points: [point('A', [{ meter: 'M-1' }], { operator: 'OTHER' })],
    });
    expect(reasonOf(foreign, claim(), noon)).toBe('NOT_AMI_OPERATOR');
  });

  it('INACTIVE and DISCONNECTED points take reads', () => {
    for (const status of ['INACTIVE', 'DISCONNECTED']) {
      const view = directory({
        meters: [meter('M-1')],
        points: [point('A', [{ meter: 'M-1' }], { status })],
      });
      expect(reasonOf(view, claim(), noon)).toBeNull();
    }
  });
});

describe('an AMCD that several meters had', () => {
  const amcd = { amcd: 'D-1' };
  const byAmcd = claim({ key: 'AMCD', deviceId: 'D-1' });
  const exchanged = directory({
    meters: [meter('M-1', amcd), meter('M-2', { ...amcd, from: '2026-07-01T12:30' })],
    points: [
      point('A', [
        { meter: 'M-1', to: '2026-07-01T12:30' },
        { meter: 'M-2', from: '2026-07-01T12:30' },
      ]),
    ],
    headEnds: [headEnd('NA1', { key: 'AMCD' })],
  });

  it('means the one installed in the interval', () => {
    const meterOf = (start: string) =>
      attributeValue(exchanged, byAmcd, hour(start)).meter?.meterId;
    expect(meterOf('2026-07-01T11:00')).toBe('M-1');
    expect(meterOf('2026-07-01T13:00')).toBe('M-2');
  });

  it('in the interval of the exchange the one that field 6 names, else whose MTR began last', () => {
    const meterOf = (otherId: string) =>
      attributeValue(exchanged, { ...byAmcd, otherId }, noon).meter?.meterId;
    expect(meterOf('M-1')).toBe('M-1');
    expect(meterOf('M-2')).toBe('M-2');
    expect(meterOf('')).toBe('M-2');
  });

  it('with none installed means the one whose MTR began last', () => {
    const view = directory({
      meters: [meter('M-1', amcd), meter('M-2', { ...amcd, from: '2026-06-01' })],
      headEnds: [headEnd('NA1', { key: 'AMCD' })],
    });
    const result = attributeValue(view, byAmcd, noon);
    expect(result).toMatchObject({ reason: 'NOT_INSTALLED', meter: { meterId: 'M-2' } });
  });
});

describe('a register read is attributed by its instant', () => {
  const view = directory({
    meters: [meter('M-1', { minutes: 15, multiplier: '40' })],
    points: [
      point('A', [{ meter: 'M-1', from: '2026-06-30T08:20', to: '2026-07-02' }], {
        status: [
          ['2026-05-01', 'ACTIVE'],
          ['2026-07-02', 'RETIRED'],
        ],
      }),
      point('B', [{ meter: 'M-1', from: '2026-07-03' }]),
    ],
  });
  const pointAt = (text: string) => attributeValue(view, claim(), instant(text));

  it('installation and removal instants included, whatever its length', () => {
    expect(pointAt('2026-06-30T08:20').usdpId).toBe('A');
    expect(pointAt('2026-06-30T08:19').reason).toBe('NOT_INSTALLED');
    expect(pointAt('2026-07-02').usdpId).toBe('A');
    expect(pointAt('2026-07-02T00:01').reason).toBe('NOT_INSTALLED');
    expect(pointAt('2026-07-03').usdpId).toBe('B');
  });
});
