import { describe, expect, it } from '@jest/globals';
import { loadRateClasses } from './rate-class-list.js';
import type { RateClass } from './rate-class-list.js';

const ldc = { orgId: 'MAPLE', name: 'Maple', roles: ['LDC'], door: 'drop' };
const HEADER = 'HDR,CODES,1,MDMR,MAPLE,C-1,2026-07-02T10:00:00-05:00';

function load(lines: string[], held: RateClass[] | null = null) {
  const records = lines.map((text, i) => ({ line: i + 1, fields: text.split(',') }));
  return loadRateClasses('MAPLE', records, { ldc, held }, 7);
}

describe('loading rate classes', () => {
  it('replaces the list, in the order of the file', () => {
    const event = load([HEADER, 'COD,rate-class,R1,Residential', 'COD,rate-class,G1', 'TRL,2']);
    expect(event).toEqual({
      at_ms: 7,
      ldc: 'MAPLE',
      codes: [
        { id: 'R1', text: 'Residential' },
        { id: 'G1', text: '' },
      ],
    });
  });

  it('is no change with the same list', () => {
    const held = [{ id: 'R1', text: '' }];
    expect(load([HEADER, 'COD,rate-class,R1', 'TRL,1'], held)).toBeNull();
    expect(load([HEADER, 'COD,rate-class,R1,new', 'TRL,1'], held)).not.toBeNull();
    expect(load([HEADER, 'COD,rate-class,R1', 'COD,rate-class,R2', 'TRL,2'], held)).not.toBeNull();
  });

  it.each([
    ['an empty file', [], 'line 1: the file is empty'],
    ['no header', ['COD,rate-class,R1', 'TRL,1'], 'line 1: field 1 is not HDR'],
    [
      'another kind',
      [HEADER.replace('CODES', 'CALENDAR'), 'TRL,0'],
      'line 1: field 2 is not CODES',
    ],
    ['another version', [HEADER.replace(',1,', ',2,'), 'TRL,0'], 'line 1: field 3 is not 1'],
    ['another sender', [HEADER.replace('MDMR', 'MAPLE'), 'TRL,0'], 'line 1: field 4 is not MDMR'],
    ['another LDC', [HEADER.replace('MAPLE', 'OAK'), 'TRL,0'], 'line 1: field 5 is not MAPLE'],
    [
      'no file_id',
      [HEADER.replace('C-1', ''), 'TRL,0'],
      'line 1: file_id is missing or not allowed',
    ],
    [
      'a bad time',
      [HEADER.replace('T10', 'T25'), 'TRL,0'],
      'line 1: created_at is missing or not allowed',
    ],
    ['a long header', [`${HEADER},x`, 'TRL,0'], 'line 1: record is missing or not allowed'],
    ['no trailer', [HEADER, 'COD,rate-class,R1'], 'line 2: the last record is no TRL'],
    ['only a header', [HEADER], 'line 1: the last record is no TRL'],
    ['a wrong count', [HEADER, 'COD,rate-class,R1', 'TRL,2'], 'line 3: TRL 2 records 1'],
    ['no code', [HEADER, 'TRL,0'], 'line 1: the file has no COD record'],
    ['another list', [HEADER, 'COD,tax,R1', 'TRL,1'], 'line 2: list is missing or not allowed'],
    [
      'a code that is no id',
      [HEADER, 'COD,rate-class,R 1', 'TRL,1'],
      'line 2: id is missing or not allowed',
    ],
    ['another record', [HEADER, 'BIN,x,R1', 'TRL,1'], 'line 2: record is missing or not allowed'],
    [
      'a code twice',
      [HEADER, 'COD,rate-class,R1', 'COD,rate-class,R1,x', 'TRL,2'],
      'line 3: R1 stands twice',
    ],
  ])('refuses %s with its line', (_, lines, message) => {
    expect(() => load(lines)).toThrow(expect.objectContaining({ code: 'BAD_CODES_FILE', message }));
  });
});
