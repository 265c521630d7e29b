import { describe, expect, it } from '@jest/globals';
import type { ChannelDayRow } from './channel-day-row.js';
import { mergeVersions } from './merge-versions.js';

function row(usdpId: string, version: number, parts: Partial<ChannelDayRow> = {}): ChannelDayRow {
  return {
    ...{ usdpId, channel: 'KWH', estDay: 20_600, version, atMs: 0, sourceEnd: 0 },
    ...{ body: Buffer.alloc(0), isComplete: true, cause: 'READ', ...parts },
  };
}

describe('the versions of a batch', () => {
  it('become one row of the newest, whatever their order, with the marks of all', () => {
    const versions = [
      row('A', 3, { cause: 'EDIT' }),
      row('A', 1, { isComplete: false }),
      row('A', 2, { cause: 'DIRECTORY' }),
    ];
    const { merged } = mergeVersions(versions);
    expect(merged).toHaveLength(1);
    const { newest, older, ...marks } = merged[0]!;
    expect(newest.version).toBe(3);
    expect(older.map((one) => one.version)).toEqual([1, 2]);
    expect(marks).toEqual({ firstComplete: 2, read: 1, edit: 3, directory: 2 });
  });

  it('are kept apart by SDP, channel and day', () => {
    const versions = [
      row('A', 1),
      row('B', 1),
      row('A', 1, { channel: 'GKWH' }),
      row('A', 1, { estDay: 20_601 }),
    ];
    const { merged, days } = mergeVersions(versions);
    expect(merged.map((one) => one.newest)).toEqual(versions);
    expect([...days]).toEqual([20_600, 20_601]);
  });
});
