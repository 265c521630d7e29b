import { describe, expect, it } from '@jest/globals';
import { LAST_DAY, changedDays, concernsReads, type DiffVersion } from './directory-diff.js';
import { at, day } from './fixture.js';

function v(from: string, values: Record<string, string>, to?: string): DiffVersion {
  return { from_ms: at(from), to_ms: to === undefined ? null : at(to), values };
}
const range = (from: string, to?: string) => ({
  fromDay: day(from),
  toDay: to === undefined ? LAST_DAY : day(to),
});

describe('days a directory change touches', () => {
  const mtr = (from: string, multiplier: string) => v(from, { meter_id: 'M-1', multiplier });
  it('of a dated record: where the values in force differ', () => {
    expect(changedDays('MTR', [], [mtr('2026-05-01', '1')])).toEqual(range('2026-04-30'));
    const before = [mtr('2026-05-01', '1'), mtr('2026-08-01', '1')];
    const after = [mtr('2026-05-01', '1'), mtr('2026-07-02T10:37', '40'), mtr('2026-08-01', '1')];
    expect(changedDays('MTR', before, after)).toEqual(range('2026-07-02', '2026-08-01'));
    expect(changedDays('MTR', before, before)).toBeNull();
  });
  it('not for fields that reads do not look at', () => {
    const sdp = (time_zone: string) => [v('2026-05-01', { status: 'ACTIVE', time_zone })];
    expect(changedDays('SDP', sdp('EASTERN'), sdp('CENTRAL'))).toBeNull();
    expect(concernsReads('ACC', '')).toBe(false);
    expect(concernsReads('ORG', 'BILLING_AGENT')).toBe(false);
    expect(concernsReads('ORG', 'AMI_OPERATOR')).toBe(true);
  });
  it('of an installation that ends: from its end on', () => {
    const before = [v('2026-05-01', { meter_id: 'M-1' })];
    const after = [v('2026-05-01', { meter_id: 'M-1' }, '2026-07-02T10:37')];
    expect(changedDays('INS', before, after)).toEqual(range('2026-07-02'));
  });
  it('of a withdrawn or new installation: all of it', () => {
    const one = v('2026-05-01', { meter_id: 'M-1' }, '2026-06-01');
    expect(changedDays('INS', [one], [])).toEqual(range('2026-04-30', '2026-06-01'));
    const other = v('2026-05-01', { meter_id: 'M-2' }, '2026-06-01');
    expect(changedDays('INS', [one], [other])).toEqual(range('2026-04-30', '2026-06-01'));
  });
  it('of reads of an installation: the day of the read', () => {
    const ins = (reads: Record<string, string>) => [
      v('2026-05-01T09:00', { meter_id: 'M-1', ...reads }, '2026-07-02T10:37'),
    ];
    const install = changedDays('INS', ins({}), ins({ install_reads: 'KWH=1' }));
    expect(install).toEqual(range('2026-05-01', '2026-05-01'));
    const removal = changedDays('INS', ins({}), ins({ removal_reads: 'KWH=9' }));
    expect(removal).toEqual(range('2026-07-02', '2026-07-02'));
  });
  it('of a bound between equal values: that day', () => {
    const before = [mtr('2026-05-01', '1')];
    const after = [mtr('2026-05-01', '1'), mtr('2026-07-02T10:37', '1')];
    expect(changedDays('MTR', before, after)).toEqual(range('2026-07-02', '2026-07-02'));
  });
});
