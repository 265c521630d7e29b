import { describe, expect, it } from '@jest/globals';
import { dayNumber, formatDay, later, parseDay, parseStamp } from './calendar.js';
import { cmepLines } from './cmep.js';
import { csvRecords } from './csv.js';
import { parseExact, toWh, whOfText } from './energy.js';

const JUNE_1 = 20_605;

describe('days and stamps', () => {
  it('count from 1970, leap years as they are', () => {
    expect(dayNumber(1970, 1, 1)).toBe(0);
    expect(dayNumber(2000, 3, 1) - dayNumber(2000, 2, 28)).toBe(2);
    expect(parseDay('2026-06-01')).toBe(JUNE_1);
    for (const day of [0, 59, 60, 11_016, JUNE_1, 40_000])
      expect(parseDay(formatDay(day))).toBe(day);
  });

  it('put midnight at the end of the day before', () => {
    expect(parseStamp('202606010100')).toEqual({ day: JUNE_1, minute: 60 });
    expect(parseStamp('202606020000')).toEqual({ day: JUNE_1, minute: 1440 });
    expect(parseStamp('202606012400')).toEqual({ day: JUNE_1, minute: 1440 });
    for (const wrong of ['202606311200', '202606010160', '202606012401', '2026060101', 'x']) {
      expect([wrong, parseStamp(wrong)]).toEqual([wrong, null]);
    }
    expect(later({ day: JUNE_1, minute: 1440 }, 15)).toEqual({ day: JUNE_1 + 1, minute: 15 });
  });
});

describe('energy', () => {
  it('is rounded once, half away from zero', () => {
    const wh = (text: string) => toWh(parseExact(text)!);
    expect(['1.2344', '1.2345', '-1.2345', '-1.2344', '7', '.5'].map(wh)).toEqual(
      [1234n, 1235n, -1235n, -1234n, 7000n, 500n], // prettier-ignore
    );
    expect(['1e3', '', '.', '1,5'].map(parseExact)).toEqual([null, null, null, null]);
    expect(whOfText('-0.075')).toBe(-75n);
    expect(() => whOfText('1.5')).toThrow('no energy');
  });
});

describe('CMEP', () => {
  const line = (change: Record<number, string> = {}, triples = ['202606010100', 'R', '0.4']) => {
    const head = 'MEPMD01,19970819,HE,,MDMR,D1,202606020200,M1,OK,E,KWH,2,00000100'.split(',');
    const fields = [...head, String(triples.length / 3), ...triples];
    return fields.map((field, i) => change[i] ?? field).join(',');
  };
  const read = (text: string) => cmepLines(`${text}\n`)[0]!;

  it('gives values with field 12 applied, stamps that are left out, and no value for N', () => {
    const found = read(line({}, ['202606010100', 'R', '0.4', '', 'E', '1.25', '', 'N', '']));
    expect(found).toMatchObject({ line: 1, count: 3, meter: 'M1', channel: 'KWH', rejected: null });
    expect(found.values).toEqual([
      { end: { day: JUNE_1, minute: 60 }, flag: 'R', amount: { units: 8n, scale: 1 } },
      { end: { day: JUNE_1, minute: 120 }, flag: 'E', amount: { units: 250n, scale: 2 } },
      { end: { day: JUNE_1, minute: 180 }, flag: 'N', amount: null },
    ]);
    expect(read(line({ 10: 'GKWHREG', 12: '00000000' }))).toMatchObject({
      channel: 'GKWH',
      isRegister: true,
      intervalMinutes: 0,
      rejected: null,
    });
  });

  it.each([
    ['NOT_CMEP', line({ 0: 'MEPMD02' }), 1],
    ['NOT_CMEP', line({ 13: '0' }), 1],
    ['COUNT_MISMATCH', line({ 13: '2' }), 2],
    ['PURPOSE_NOT_LOADED', line({ 8: 'LOST' }), 1],
    ['UNKNOWN_UNIT', line({ 10: 'WATTS' }), 1],
    ['BAD_TIMESTAMP', line({ 14: '202606010107' }), 1],
    ['BAD_VALUE', line({ 16: 'x' }), 1],
  ])('rejects a line as %s', (reason, text, count) => {
    expect(read(text)).toMatchObject({ rejected: reason, count });
  });
});

describe('CSV', () => {
  it('takes quoted fields apart', () => {
    expect(csvRecords('a,"b,""c""",\nTRL,1\n')).toEqual([
      ['a', 'b,"c"', ''],
      ['TRL', '1'],
    ]);
  });
});
