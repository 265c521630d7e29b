import { describe, expect, it } from '@jest/globals';
import { fileIdFor, judgeFile } from './judge-file.js';
import type { EarlierFile, FileFacts } from './judge-file.js';
import { at, bqReq, CMEP_LINE, participants, scanned, syncPart, usdpReq } from './spec-samples.js';

const NOW = at('2026-07-03T09:00:10');

function judge(org: string, lines: string[], facts: Partial<FileFacts> = {}) {
  return judgeFile({
    org,
    sha256: 'a'.repeat(64),
    scan: scanned(...lines),
    at: NOW,
    participants,
    earlier: null,
    windowMaxDays: 35,
    ...facts,
  });
}

/** `REASON line detail` of a refused file, else what it is. */
function outcome(org: string, lines: string[], facts: Partial<FileFacts> = {}): string {
  const verdict = judge(org, lines, facts);
  if (verdict.is !== 'REFUSED') return verdict.is;
  const { reason, line, detail } = verdict.trouble;
  return `${reason} ${line} ${detail}`.trimEnd();
}

describe('a CSV file', () => {
  it('of each kind is accepted from the LDC and from its agent', () => {
    expect(outcome('MAPLE', [usdpReq(), 'SDP,MP-1', 'TRL,1'])).toBe('ACCEPTED');
    const part = syncPart('SYNC-SDP', 'ISYNC,MP-S-2,2,1,6');
    expect(outcome('MAPLE', [part, 'TRL,0'])).toBe('ACCEPTED');
    expect(outcome('BILLCO', [bqReq(',2026-07-03T17:30:00-05:00'), 'TRL,0'])).toBe('ACCEPTED');
    expect(outcome('BILLCO', [bqReq(''), 'TRL,0'])).toBe('ACCEPTED');
    expect(outcome('BILLCO', [bqReq(','), 'TRL,0'])).toBe('ACCEPTED');
    expect(outcome('MAPLE', [bqReq('', 'MAPLE'), 'TRL,0'])).toBe('ACCEPTED');
  });

  const LONG = 'x'.repeat(301);
  it.each([
    ['beyond a limit', [usdpReq(), `SDP,${LONG}`, 'TRL,1'], 'FILE_TOO_LARGE 2 MDMR_MAX_LINE_BYTES'],
    ['a control character', [usdpReq(), 'SDP,\u0007', 'TRL,1'], 'BAD_ENCODING 2 CONTROL_CHARACTER'],
    ['of nothing', [], 'HEADER_MISSING 1 EMPTY'],
    ['without HDR', ['SDP,MP-1', 'TRL,1'], 'HEADER_MISSING 1'],
    ['that is no CSV', [usdpReq(), 'SDP,a"b', 'TRL,1'], expect.stringMatching(/^NOT_CSV 2/)],
    ['with a blank record', [usdpReq(), '', 'TRL,1'], expect.stringMatching(/^NOT_CSV 2/)],
    ['of an unknown kind', ['HDR,USDP-RSP,1,MAPLE', 'TRL,0'], 'UNKNOWN_KIND 1'],
    ['of no kind', ['HDR', 'TRL,0'], 'UNKNOWN_KIND 1'],
    ['of another version', [usdpReq().replace(',1,', ',2,'), 'TRL,0'], 'UNKNOWN_VERSION 1 2'],
    ['of an unknown sender', [usdpReq('ELM'), 'TRL,0'], 'UNKNOWN_SENDER 1 ELM'],
    ['of another sender', [usdpReq('OAK'), 'TRL,0'], 'SENDER_MISMATCH 1 OAK'],
    ['for an unknown LDC', [usdpReq('MAPLE', 'ELM'), 'TRL,0'], 'UNKNOWN_LDC 1 ELM'],
    ['for another LDC', [usdpReq('MAPLE', 'OAK'), 'TRL,0'], 'NOT_AUTHORIZED 1 USDP'],
    ['without file_id', [usdpReq('MAPLE', 'MAPLE', ''), 'TRL,0'], 'BAD_HEADER 1 file_id'],
    ['with a bad file_id', [usdpReq('MAPLE', 'MAPLE', 'a b'), 'TRL,0'], 'BAD_HEADER 1 file_id'],
    ['with a bad time', [usdpReq().replace('T09', 'T25'), 'TRL,0'], 'BAD_HEADER 1 created_at'],
    ['with a field too many', [`${usdpReq()},`, 'TRL,0'], 'BAD_HEADER 1 record'],
    ['without TRL', [usdpReq(), 'SDP,MP-1'], 'TRAILER_MISSING 2'],
    ['with a wrong count', [usdpReq(), 'SDP,MP-1', 'TRL,5'], 'COUNT_MISMATCH 3 TRL 5 records 1'],
  ])('%s is refused', (_, lines, expected) => {
    expect(outcome('MAPLE', lines)).toEqual(expected);
  });

  it('has one reason, the first in order, wherever its troubles stand', () => {
    const hopeless = [usdpReq('ELM', 'ELM', '').replace(',1,', ',2,'), 'SDP,MP-1', 'TRL,5'];
    expect(outcome('MAPLE', hopeless)).toBe('UNKNOWN_VERSION 1 2');
    expect(outcome('MAPLE', [usdpReq('MAPLE', 'OAK', ''), 'TRL,5'])).toBe('NOT_AUTHORIZED 1 USDP');
    expect(outcome('MAPLE', [...hopeless, `TRL,"${LONG}`])).toBe(
      'FILE_TOO_LARGE 4 MDMR_MAX_LINE_BYTES',
    );
  });

  it('tells at most 200 characters of what it found', () => {
    const verdict = judge('MAPLE', [`HDR,USDP-REQ,${'v'.repeat(250)}`, 'TRL,0']);
    expect(verdict).toMatchObject({ is: 'REFUSED', trouble: { detail: 'v'.repeat(200) } });
  });
});

describe('a delegation', () => {
  it('counts by its function and at custody', () => {
    const request = [bqReq(''), 'TRL,0'];
    expect(outcome('BILLCO', request, { at: at('2026-07-03T11:59:59') })).toBe('ACCEPTED');
    expect(outcome('BILLCO', request, { at: at('2026-07-03T12:00:00') })).toBe(
      'NOT_AUTHORIZED 1 BILLING',
    );
    expect(outcome('BILLCO', [usdpReq('BILLCO', 'MAPLE'), 'TRL,0'])).toBe('NOT_AUTHORIZED 1 USDP');
    expect(outcome('BILLCO', [bqReq('', 'BILLCO', 'OAK'), 'TRL,0'])).toBe(
      'NOT_AUTHORIZED 1 BILLING',
    );
  });
});

describe('on_behalf_of_org without the role LDC', () => {
  it('is UNKNOWN_LDC, but for a USDP-REQ, which US01 answers', () => {
    expect(outcome('BILLCO', [usdpReq('BILLCO'), 'TRL,0'])).toBe('ACCEPTED');
    expect(outcome('BILLCO', [bqReq('', 'BILLCO', 'BILLCO'), 'TRL,0'])).toBe(
      'UNKNOWN_LDC 1 BILLCO',
    );
  });
});

describe('the header of a sync part', () => {
  it.each([
    ['ISYNC,MP-S-2,2,1,6', 'ACCEPTED'],
    ['PSYNC,MP-S-2,1,1,6', 'ACCEPTED'],
    ['AUDIT,MP-S-2,2,1,6', 'BAD_HEADER 1 mode'],
    [',MP-S-2,2,1,6', 'BAD_HEADER 1 mode'],
    ['ISYNC,,2,1,6', 'BAD_HEADER 1 set_id'],
    ['ISYNC,MP S,2,1,6', 'BAD_HEADER 1 set_id'],
    ['ISYNC,MP-S-2,0,1,6', 'BAD_HEADER 1 set_sequence'],
    ['ISYNC,MP-S-2,1.5,1,6', 'BAD_HEADER 1 set_sequence'],
    ['ISYNC,MP-S-2,2,7,6', 'BAD_HEADER 1 part'],
    ['ISYNC,MP-S-2,2,1,5', 'BAD_HEADER 1 parts'],
    ['ISYNC,MP-S-2,2,1', 'BAD_HEADER 1 parts'],
    ['ISYNC,MP-S-2,2,1,6,x', 'BAD_HEADER 1 record'],
    ['ISYNC,MP-S-2,2,2,6', 'PART_KIND_MISMATCH 1 part 2 kind SYNC-SDP'],
  ])('%s: %s', (rest, expected) => {
    expect(outcome('MAPLE', [syncPart('SYNC-SDP', rest), 'TRL,0'])).toBe(expected);
  });
});

describe('the window of a request', () => {
  it.each([
    ['2026-07-03T09:00:10-05:00', 'not later than custody'],
    ['2026-07-03T14:00:09Z', 'not later than custody, in another zone'],
    ['2026-08-07T09:00:11-05:00', 'more than 35 days ahead'],
  ])('%s is BAD_WINDOW: %s', (end) => {
    expect(outcome('BILLCO', [bqReq(`,${end}`), 'TRL,0'])).toBe(`BAD_WINDOW 1 ${end}`);
  });

  it('may end a second after custody or exactly 35 days later', () => {
    expect(outcome('BILLCO', [bqReq(',2026-07-03T09:00:11-05:00'), 'TRL,0'])).toBe('ACCEPTED');
    expect(outcome('BILLCO', [bqReq(',2026-08-07T09:00:10-05:00'), 'TRL,0'])).toBe('ACCEPTED');
  });

  it('is a timestamp', () => {
    expect(outcome('BILLCO', [bqReq(',2026-07-03'), 'TRL,0'])).toBe('BAD_HEADER 1 window_end');
  });
});

describe('a file_id that is not free', () => {
  const earlier: EarlierFile = {
    custodyId: 'C7',
    sha256: 'a'.repeat(64),
    receivedAt: at('2026-07-02T15:40:00'),
    decided: true,
  };
  const lines = [usdpReq(), 'SDP,MP-1', 'TRL,1'];

  it('with the same bytes is a repeat', () => {
    expect(judge('MAPLE', lines, { earlier })).toEqual({ is: 'REPEATED', of: 'C7' });
  });

  it('with other bytes is refused', () => {
    const other = { ...earlier, sha256: 'b'.repeat(64) };
    expect(outcome('MAPLE', lines, { earlier: other })).toBe(
      'DUPLICATE_FILE_ID 1 2026-07-02T15:40:00-05:00',
    );
  });

  it('waits, whatever its bytes, while the earlier file is not decided', () => {
    expect(outcome('MAPLE', lines, { earlier: { ...earlier, decided: false } })).toBe('WAITS');
    const other = { ...earlier, sha256: 'b'.repeat(64), decided: false };
    expect(outcome('MAPLE', lines, { earlier: other })).toBe('WAITS');
  });

  it('counts after the trailer and before the window: a late repeat is still answered', () => {
    expect(outcome('MAPLE', [usdpReq(), 'TRL,1'], { earlier })).toBe(
      'COUNT_MISMATCH 2 TRL 1 records 0',
    );
    const request = [bqReq(',2026-07-03T09:00:00-05:00'), 'TRL,0'];
    expect(outcome('BILLCO', request, { earlier })).toBe('REPEATED');
  });
});

describe('a meter file', () => {
  it('is taken from who has a head-end and READS', () => {
    expect(outcome('NORTHAMI', [CMEP_LINE])).toBe('ACCEPTED');
    expect(outcome('NORTHAMI', ['noise', CMEP_LINE])).toBe('ACCEPTED');
    expect(outcome('MAPLE', [CMEP_LINE])).toBe('NOT_AUTHORIZED 1 READS');
  });

  it('knows no other reasons of CSV files', () => {
    expect(outcome('NORTHAMI', ['a"b', '', CMEP_LINE])).toBe('ACCEPTED');
    expect(outcome('NORTHAMI', [CMEP_LINE, 'x'.repeat(301)])).toBe(
      'FILE_TOO_LARGE 2 MDMR_MAX_LINE_BYTES',
    );
    expect(outcome('NORTHAMI', ['\u0001', CMEP_LINE])).toBe('BAD_ENCODING 1 CONTROL_CHARACTER');
    expect(outcome('NORTHAMI', ['MEPMD02'])).toBe('HEADER_MISSING 1');
  });
});

describe('the file_id of a file', () => {
  const sha256 = '4648c5e2cb598eea'.padEnd(64, '0');
  it.each([
    ['its header', [usdpReq('OAK'), 'TRL,0'], 'MP-U-1'],
    ['its hash without a file_id', ['HDR,USDP-REQ', 'TRL,0'], 'x4648c5e2cb598eea'],
    ['its hash with a bad one', [usdpReq('MAPLE', 'MAPLE', '../x')], 'x4648c5e2cb598eea'],
    ['its hash as a meter file', [CMEP_LINE], 'x4648c5e2cb598eea'],
    ['its hash where the header does not parse', ['HDR,"a"b'], 'x4648c5e2cb598eea'],
  ])('is %s', (_, lines, fileId) => {
    expect(fileIdFor(scanned(...lines), sha256)).toBe(fileId);
  });
});
