import { describe, expect, it } from '@jest/globals';
import { nameFields, USDP_REQ } from '@mdmr/formats';
import fc from 'fast-check';
import { decide, RepeatedSdps } from './issue-usdp.js';
import type { Decision, RequestState } from './issue-usdp.js';

const FRESH = ['4071829533', '2684517307', '9153064828', '7319402650', '3560287145'];

/** Lines 2, 3, … of a file of these records, decided whole. */
function decideFile(file: string[][], state: Partial<RequestState> = {}): Decision {
  const records = file.map((fields, i) => nameFields(USDP_REQ, fields, i + 2, 0));
  const repeats = new RepeatedSdps();
  for (const record of records) repeats.add(record);
  return decide(records, {
    ldcHasRole: true,
    repeated: repeats.repeated,
    held: new Map(),
    fresh: FRESH,
    ...state,
  });
}

function refusals(decision: Decision): string[] {
  return decision.rejected.map(
    (r) => `${r.line},${r.sdp_id},${r.reason},${r.existing_usdp_id ?? ''}`,
  );
}

describe('a USDP-REQ', () => {
  it('is decided as in the example of the exchange files page', () => {
    const decision = decideFile([
      ['SDP', 'MP-0101', '12 Elm St'],
      ['SDP', 'MP-0102', '14 Elm St, rear'],
      ['SDP', 'MP-0103', ''],
      ['SDP', 'MP-0104', ''],
      ['SDP', 'MP-0104', ''],
    ]);
    expect(decision.issued).toEqual([
      { line: 2, sdp_id: 'MP-0101', usdp_id: '4071829533' },
      { line: 3, sdp_id: 'MP-0102', usdp_id: '2684517307' },
      { line: 4, sdp_id: 'MP-0103', usdp_id: '9153064828' },
    ]);
    expect(refusals(decision)).toEqual([
      '5,MP-0104,DUPLICATE_SDP_ID,',
      '6,MP-0104,DUPLICATE_SDP_ID,',
    ]);
    expect(decision.addresses).toEqual([
      { usdp_id: '4071829533', service_address: '12 Elm St' },
      { usdp_id: '2684517307', service_address: '14 Elm St, rear' },
    ]);
  });

  it('names the USDP ID that an SDP holds already, also when it stands twice in the file', () => {
    const held = new Map([
      ['MP-0101', '4071829533'],
      ['MP-0102', '2684517307'],
    ]);
    const decision = decideFile(
      [
        ['SDP', 'MP-0101'],
        ['SDP', 'MP-0102'],
        ['SDP', 'MP-0102'],
      ],
      { held },
    );
    expect(decision.issued).toEqual([]);
    expect(refusals(decision)).toEqual([
      '2,MP-0101,DUPLICATE_SDP_ID,4071829533',
      '3,MP-0102,DUPLICATE_SDP_ID,2684517307',
      '4,MP-0102,DUPLICATE_SDP_ID,2684517307',
    ]);
  });

  it('refuses every line, sound or not, when it is on behalf of no LDC', () => {
    const decision = decideFile([['SDP', 'X-1'], ['SDP', ''], ['FOO']], { ldcHasRole: false });
    expect(refusals(decision)).toEqual(['2,X-1,WRONG_LDC,', '3,,WRONG_LDC,', '4,,WRONG_LDC,']);
  });

  it.each([
    ['no sdp_id', ['SDP'], 'MANDATORY_FIELD_MISSING'],
    ['an empty sdp_id', ['SDP', '', 'x'], 'MANDATORY_FIELD_MISSING'],
    ['an empty sdp_id before a field too many', ['SDP', '', 'x', ''], 'MANDATORY_FIELD_MISSING'],
    ['an unknown record', ['ATR', 'X-1'], 'BAD_VALUE'],
    ['a record type in lower case', ['sdp', 'X-1'], 'BAD_VALUE'],
    ['a field too many, even empty', ['SDP', 'X-1', 'x', ''], 'BAD_VALUE'],
    ['a blank in the id', ['SDP', 'X 1'], 'BAD_VALUE'],
    ['a blank behind the id: nothing is trimmed', ['SDP', 'X-1 '], 'BAD_VALUE'],
    ['an id of 65 characters', ['SDP', 'X'.repeat(65)], 'BAD_VALUE'],
    ['an address of 201 characters', ['SDP', 'X-1', 'é'.repeat(201)], 'BAD_VALUE'],
  ])('refuses a line with %s', (_, fields, reason) => {
    const decision = decideFile([fields, ['SDP', 'OK-1']]);
    expect(decision.rejected).toEqual([
      { line: 2, sdp_id: fields[1] ?? '', reason, existing_usdp_id: null },
    ]);
    expect(decision.issued).toEqual([{ line: 3, sdp_id: 'OK-1', usdp_id: FRESH[0] }]);
  });

  it('takes ids of 64 characters and addresses of 200, and tells ids apart byte for byte', () => {
    const long = 'a-_.:Z9'.padEnd(64, 'x');
    const decision = decideFile([
      ['SDP', long, 'é'.repeat(200)],
      ['SDP', 'mp-1'],
      ['SDP', 'MP-1'],
    ]);
    expect(decision.issued.map((i) => i.sdp_id)).toEqual([long, 'mp-1', 'MP-1']);
  });

  it('counts an occurrence in a bad line as one', () => {
    const decision = decideFile([
      ['SDP', 'X-1', 'a'.repeat(201)],
      ['SDP', 'X-1'],
    ]);
    expect(refusals(decision)).toEqual(['2,X-1,BAD_VALUE,', '3,X-1,DUPLICATE_SDP_ID,']);
  });

  it('decides each line exactly once and never gives an id twice', () => {
    const record = fc.tuple(fc.constantFrom('SDP', 'FOO'), fc.constantFrom('', 'A', 'B', 'C', 'D'));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), (records) => {
        const { issued, rejected } = decideFile(records);
        const lines = [...issued, ...rejected].map((r) => r.line).sort((a, b) => a - b);
        expect(lines).toEqual(records.map((_, i) => i + 2));
        expect(new Set(issued.map((i) => i.usdp_id)).size).toBe(issued.length);
        expect(new Set(issued.map((i) => i.sdp_id)).size).toBe(issued.length);
      }),
    );
  });
});
