import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packBody, PackedBody, type DayBody } from './day-body.js';

const EMPTY: DayBody = {
  minutes: 60,
  values: [],
  codes: null,
  service: '',
  registers: '',
  lineage: '',
};

describe('the body of a channel day', () => {
  it('comes back as it was, with any integers a double holds exactly', () => {
    const wh = fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }));
    const bodies = fc.record({
      minutes: fc.constantFrom(5, 15, 30, 60),
      values: fc.array(wh, { minLength: 24, maxLength: 24 }),
      codes: fc.constantFrom(null, 'V'.repeat(12) + 'E'.repeat(12)),
      service: fc.string({ unit: 'grapheme' }),
      registers: fc.string({ unit: 'grapheme', maxLength: 300 }),
      lineage: fc.string({ unit: 'grapheme', maxLength: 300 }),
    });
    fc.assert(
      fc.property(bodies, (body) => {
        const { minutes, values, codes, service, registers, lineage } = new PackedBody(
          packBody(body),
        );
        expect({ minutes, values, codes, service, registers, lineage }).toEqual({
          ...body,
          values: body.values.map((v) => v + 0),
        });
      }),
    );
  });

  it('keeps no value as 0', () => {
    const body = new PackedBody(packBody({ ...EMPTY, values: [1, null, -3] }));
    expect(body.values).toEqual([1, 0, -3]);
  });

  it('takes a byte for a small value and two for most', () => {
    const size = (wh: number): number =>
      packBody({ ...EMPTY, values: new Array<number>(24).fill(wh) }).length;
    expect(size(1_200) - size(1)).toBe(24);
    expect(size(1)).toBe(30);
  });

  it('holds a day of five minutes with many registers', () => {
    const registers = '1761973200000 READ M-1 123456.789 1;'.repeat(1_000);
    const values = new Array<number>(288).fill(2 ** 40);
    const body = new PackedBody(packBody({ ...EMPTY, minutes: 5, values, registers }));
    expect(body.registers).toBe(registers);
    expect(body.values).toEqual(values);
  });
});
