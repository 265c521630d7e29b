import { describe, expect, it } from '@jest/globals';
import { partitionOf } from '@mdmr/kernel';
import { takeCustody } from './take-custody.js';
import type { CustodyState } from './take-custody.js';
import { at, bqReq, CMEP_LINE, participants, scanned, syncPart, usdpReq } from './spec-samples.js';

const SHA = '4648c5e2cb598eea'.padEnd(64, '0');
const STATE: CustodyState = {
  at: at('2026-07-03T11:00:20'),
  seq: 42,
  participants,
  earlier: null,
  answers: [],
  windowMaxDays: 35,
};

function take(org: string, lines: string[], state: Partial<CustodyState> = {}) {
  const scan = scanned(...lines);
  const file = { custodyId: 'C7', org, door: 'drop', name: 'sent.csv', sha256: SHA, scan };
  return takeCustody(file, { ...STATE, ...state });
}

describe('custody of a CSV file', () => {
  it('is one event with its header and what it brought', () => {
    const header = syncPart('SYNC-SDP', 'ISYNC,MP-S-2,2,1,6');
    expect(take('MAPLE', [header, 'SDP,4071829533,MP-0101', 'TRL,1'])).toEqual([
      {
        type: 'gateway.FileReceived',
        key: 'MAPLE',
        value: {
          at_ms: STATE.at,
          custody_id: 'C7',
          custody_seq: 42,
          org: 'MAPLE',
          door: 'drop',
          name: 'sent.csv',
          sha256: SHA,
          bytes: expect.any(Number),
          kind: 'SYNC-SDP',
          unit: 'RECORD',
          sender_org: 'MAPLE',
          ldc: 'MAPLE',
          ldc_has_role: true,
          file_id: 'MP-S-2.1',
          created_at_ms: at('2026-07-02T15:38:00'),
          header: header.split(','),
          records: 1,
          segments: null,
        },
      },
    ]);
  });

  it('says whether the organization it is for is an LDC', () => {
    const [event] = take('BILLCO', [usdpReq('BILLCO'), 'TRL,0']);
    expect(event?.value).toMatchObject({ ldc: 'BILLCO', ldc_has_role: false });
  });

  it('of a repeat names the answers so far', () => {
    const earlier = { custodyId: 'C1', sha256: SHA, receivedAt: 1, decided: true };
    const events = take('MAPLE', [usdpReq(), 'TRL,0'], { earlier, answers: ['F1', 'F2'] });
    expect(events).toEqual([
      expect.objectContaining({
        type: 'gateway.FileRepeated',
        value: expect.objectContaining({ of_custody_id: 'C1', files: ['F1', 'F2'] }),
      }),
    ]);
  });

  it('is not taken while an earlier file of its file_id is undecided', () => {
    const earlier = { custodyId: 'C1', sha256: SHA, receivedAt: 1, decided: false };
    expect(take('MAPLE', [usdpReq(), 'TRL,0'], { earlier })).toEqual([]);
  });
});

describe('a refused file', () => {
  const refusal = (org: string, lines: string[]) => take(org, lines)[0]?.value;

  it('is told to the LDC as well when it is proven to concern it', () => {
    expect(refusal('BILLCO', [bqReq(''), 'REQ,1', 'REQ,2', 'TRL,9'])).toMatchObject({
      sender_org: 'BILLCO',
      ldc: 'MAPLE',
      to_ldc: true,
      file_id: 'BC-Q-7',
      kind: 'BQ-REQ',
      reason: 'COUNT_MISMATCH',
      line: 4,
      detail: 'TRL 9 records 2',
      rejected: 2,
    });
  });

  it.each([
    ['up to UNKNOWN_LDC', 'MAPLE', [usdpReq('OAK', 'MAPLE'), 'TRL,0'], 'SENDER_MISMATCH', 'MAPLE'],
    ['NOT_AUTHORIZED', 'BILLCO', [usdpReq('BILLCO', 'MAPLE'), 'TRL,0'], 'NOT_AUTHORIZED', 'MAPLE'],
    ['no LDC named', 'MAPLE', [usdpReq('MAPLE', 'ELM'), 'TRL,0'], 'UNKNOWN_LDC', null],
    ['no LDC but a sender', 'BILLCO', [usdpReq('BILLCO'), 'TRL,1'], 'COUNT_MISMATCH', null],
  ])('is told to the sender alone: %s', (_, org, lines, reason, ldc) => {
    expect(refusal(org, lines)).toMatchObject({ reason, ldc, to_ldc: false });
  });

  it('counts its lines without HDR and TRL', () => {
    expect(refusal('MAPLE', [usdpReq(), 'SDP,1', 'SDP,2'])).toMatchObject({ rejected: 2 });
    expect(refusal('MAPLE', ['SDP,1', 'SDP,2'])).toMatchObject({ rejected: 2, kind: '' });
    expect(refusal('MAPLE', [CMEP_LINE, 'x'])).toMatchObject({ rejected: 2, kind: 'CMEP' });
    expect(refusal('MAPLE', [])).toMatchObject({ rejected: 0, file_id: 'x4648c5e2cb598eea' });
  });
});

describe('custody of a meter file', () => {
  it('has a partition for small files that no large one shares', () => {
    const partitions = (bytes: number) => {
      const scan = { ...scanned(CMEP_LINE), bytes };
      const files = Array.from({ length: 20 }, (_, i) => {
        const file = { custodyId: `C${i}`, org: 'NORTHAMI', door: 'drop', name: 'n', sha256: SHA };
        return takeCustody({ ...file, scan }, STATE);
      });
      return new Set(files.flatMap(([, ...ready]) => ready.map(({ key }) => partitionOf(key, 4))));
    };
    expect(partitions(256 * 1024)).toEqual(new Set([0]));
    expect(partitions(256 * 1024 + 1)).toEqual(new Set([1, 2, 3]));
  });

  it('is the file and its segments, cut at line ends, that cover it without a gap', () => {
    const lines = [CMEP_LINE, 'not a line', CMEP_LINE, CMEP_LINE];
    const [received, ...segments] = take('NORTHAMI', lines);
    expect(received).toMatchObject({
      type: 'gateway.FileReceived',
      value: { kind: 'CMEP', unit: 'VALUE', ldc: null, records: 2 + 1 + 2 + 2, segments: 2 },
    });
    const [first, second] = [lines.slice(0, 3), lines.slice(3)].map(
      (part) => `${part.join('\n')}\n`.length,
    );
    expect(segments.map((event) => event.value)).toMatchObject([
      { segment: 0, segments: 2, first_line: 1, byte_from: 0, byte_to: first },
      { segment: 1, segments: 2, first_line: 4, byte_from: first, byte_to: first! + second! },
    ]);
    expect(segments.map((event) => event.key.split('.')[0])).toEqual(['C7#0', 'C7#1']);
    expect(segments[0]?.value).toMatchObject({
      custody_id: 'C7',
      custody_seq: 42,
      custody_at_ms: STATE.at,
      org: 'NORTHAMI',
      file_id: 'x4648c5e2cb598eea',
      file_name: 'sent.csv',
      format: 'CMEP',
    });
  });
});
