import { describe, expect, it } from '@jest/globals';
import { BQ_REQ, readKindRecords } from '@mdmr/formats';
import { parseInstant } from '@mdmr/kernel';
import { parseItem } from './parse-item.js';
import type { ParsedItem } from './parse-item.js';

const NOW = parseInstant('2026-07-03T09:00:00-05:00')!;

async function parse(record: string): Promise<ParsedItem> {
  const file = Buffer.from(`HDR,BQ-REQ,1,BC,MAPLE,Q,2026-07-03T09:00:00Z,\n${record}\nTRL,1\n`);
  for await (const read of readKindRecords(BQ_REQ, [file])) return parseItem(read, NOW);
  throw new Error('no record');
}

async function refusal(record: string): Promise<string | null> {
  const { refusal: found } = await parse(record);
  return found === null ? null : `${found.reason} ${found.detail}`;
}

describe('a REQ record', () => {
  it('needs three fields and may leave off the others', async () => {
    expect(await refusal('REQ,4071829533,2026-07-01,2026-07-03')).toBeNull();
    const full = 'REQ,4071829533,2026-07-01,2026-07-03,A-1,2026-07-01T00:00:00Z,CYCLE';
    expect(await refusal(full)).toBeNull();
    expect(await refusal('REQ,4071829533,2026-07-01,2026-07-03,,,')).toBeNull();
  });

  it.each([
    ['REQ,,2026-07-01,2026-07-03', 'MANDATORY_FIELD_MISSING usdp_id'],
    ['REQ,4071829533,,2026-07-03', 'MANDATORY_FIELD_MISSING start_date'],
    ['REQ,4071829533,2026-07-01', 'MANDATORY_FIELD_MISSING end_date'],
    ['REQ,bad id,,2026-07-03', 'MANDATORY_FIELD_MISSING start_date'],
    ['REQ,bad id,2026-07-01,2026-07-03', 'BAD_VALUE usdp_id'],
    ['REQ,4071829533,2026-7-1,2026-07-03', 'BAD_VALUE start_date'],
    ['REQ,4071829533,2026-07-01,2026-02-30', 'BAD_VALUE end_date'],
    ['REQ,4071829533,2026-07-01,2026-07-03,a/b', 'BAD_VALUE account_id'],
    ['REQ,4071829533,2026-07-01,2026-07-03,,yesterday', 'BAD_VALUE as_known_on'],
    ['REQ,4071829533,2026-07-01,2026-07-03,,2026-07-03T09:00:01-05:00', 'BAD_VALUE as_known_on'],
    ['REQ,4071829533,2026-07-01,2026-07-03,,,cycle', 'BAD_VALUE purpose'],
    ['REQ,4071829533,2026-07-01,2026-07-03,,,,', 'BAD_VALUE record'],
    ['FOO,4071829533,2026-07-01,2026-07-03', 'BAD_VALUE record'],
  ])('%s is %s', async (record, expected) => {
    expect(await refusal(record)).toBe(expected);
  });

  it('keeps what was received, also of a record it refuses', async () => {
    const item = await parse('REQ,4071829533,2026-13-01,2026-07-03');
    expect(item).toMatchObject({ line: 2, start: '2026-13-01', startDay: null, end: '2026-07-03' });
  });
});
