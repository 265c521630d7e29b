import { describe, expect, it } from '@jest/globals';
import { checkRows } from './check-content.js';
import type { World } from './spec-world.js';
import { U1, U2, U_OTHER, factsOf, rawRows } from './spec-world.js';

/** `<field> <REASON>` of each line, `ok` where it stands. */
function judged(lines: readonly string[], world: World = {}): string[] {
  return checkRows(rawRows(lines), factsOf(world)).map((c) =>
    c.ok ? 'ok' : `${c.rejection.field} ${c.rejection.reason}`,
  );
}

const SDP = `SDP,${U1},MP-0101,2026-07-01,ACTIVE,12 Elm St,K0A 1A0,EASTERN,RESIDENTIAL`;
const SVC = `SVC,${U1},2026-07-01,STD,TOU,ON-TOU,R1`;
const MTR = 'MTR,M-1,D-1,NA1,2026-07-01,60,1,6,KWH,3';
const INS = `INS,${U1},M-1,2026-07-01T10:37:00-05:00`;

function changed(line: string, index: number, value: string): string {
  const fields = line.split(',');
  fields[index] = value;
  return fields.join(',');
}

describe('content of a sync record', () => {
  it('accepts records with trailing optional fields left off or empty', () => {
    const lines = [
      SDP,
      `${SDP},`,
      SVC,
      changed(SVC, 3, ''),
      MTR,
      'MTR,M-2,D-2,NA1,2026-07-01,5,0.5,4,KWH',
    ];
    expect(judged(lines.slice(0, 1))).toEqual(['ok']);
    expect(judged(lines.slice(1, 2))).toEqual(['ok']);
    expect(judged(lines.slice(2, 3))).toEqual(['ok']);
    expect(judged(lines.slice(3))).toEqual(['ok', 'ok', 'ok']);
  });

  it.each([
    [1, 'usdp_id'],
    [2, 'sdp_id'],
    [3, 'effective_from'],
    [4, 'status'],
    [8, 'category'],
  ])('needs field %i of an SDP', (index, field) => {
    expect(judged([changed(SDP, index, '')])).toEqual([`${field} MANDATORY_FIELD_MISSING`]);
  });

  it('tells TIME_ZONE_MISSING only if nothing else is missing', () => {
    expect(judged([changed(SDP, 7, '')])).toEqual(['time_zone TIME_ZONE_MISSING']);
    expect(judged([changed(changed(SDP, 7, ''), 4, '')])).toEqual([
      'status MANDATORY_FIELD_MISSING',
    ]);
  });

  it.each([
    [changed(SDP, 4, 'OFF'), 'status'],
    [changed(SDP, 5, 'x'.repeat(201)), 'service_address'],
    [changed(SDP, 7, 'EST'), 'time_zone'],
    [changed(SDP, 3, '2026-02-30'), 'effective_from'],
    [changed(SDP, 1, 'a b'), 'usdp_id'],
    [`${SDP},GONE`, 'action'],
    [`${SDP},,`, 'record'],
    [changed(MTR, 5, '10'), 'interval_minutes'],
    [changed(MTR, 6, '0'), 'multiplier'],
    [changed(MTR, 6, '-1'), 'multiplier'],
    [changed(MTR, 6, '1e3'), 'multiplier'],
    [changed(MTR, 7, '3'), 'register_dials'],
    [changed(MTR, 8, 'KWH+KWH'), 'channels'],
    [changed(MTR, 8, 'KW'), 'channels'],
    [changed(MTR, 9, '5'), 'register_decimals'],
    [changed(INS, 3, '2026-07-01'), 'installed_at'],
    [changed(INS, 3, '2026-07-01T10:37:00.5-05:00'), 'installed_at'],
    [`${INS},2026-07-02`, 'removed_at'],
    [`${INS},,KWH`, 'install_reads'],
    [`${INS},,KWH=1+KWH=1`, 'install_reads'],
    [`${INS},,KWH=-1`, 'install_reads'],
    [`${INS},,,KW=1`, 'removal_reads'],
    [`ACC,${U1},A-1,2026-07-01,soon`, 'effective_to'],
    [`ORG,${U1},OWNER,MAPLE,2026-07-01`, 'role'],
    [`ORG,${U1},LDC,BIRCH,2026-07-01`, 'org_id'],
    [`ATR,${U1},SERVICE_KW,much,2026-07-01`, 'value'],
    [`ATR,${U1},SEASONAL,yes,2026-07-01`, 'value'],
  ])('BAD_VALUE: %s', (line, field) => {
    expect(judged([line])).toEqual([`${field} BAD_VALUE`]);
  });

  it('keeps attributes of other names as text', () => {
    expect(judged([`ATR,${U1},COLOUR,light green,2026-07-01`])).toEqual(['ok']);
  });

  it('does not know a record of another part', () => {
    const found = checkRows(rawRows(['1.7 XYZ,1', `3.2 ${SDP}`]), factsOf({}));
    expect(found.map((c) => (c.ok ? null : c.rejection))).toMatchObject([
      { part: 1, line: 7, usdp_id: '', field: 'record', reason: 'BAD_VALUE', value: 'XYZ,1' },
      { part: 3, field: 'record', reason: 'BAD_VALUE' },
    ]);
  });

  it('takes a date up to 400 days ahead', () => {
    const world = { now: '2026-07-02T15:52' };
    expect(judged([changed(SDP, 3, '2027-08-06')], world)).toEqual(['ok']);
    expect(judged([changed(SDP, 3, '2027-08-07')], world)).toEqual(['effective_from BAD_VALUE']);
    const late = 'MTR,M-1,D-1,NA1,2027-08-06T23:59:00-05:00,60,1,6,KWH';
    expect(judged([late, changed(late, 4, '2027-08-07T00:00:00-05:00')], world)).toEqual([
      'ok',
      'effective_from BAD_VALUE',
    ]);
  });

  it('tells issuance, form and mismatch in their order', () => {
    expect(judged([changed(SDP, 1, '1234567890')])).toEqual(['usdp_id UNKNOWN_USDP']);
    expect(judged([changed(SDP, 1, U_OTHER)])).toEqual(['usdp_id WRONG_LDC']);
    expect(judged([changed(SDP, 2, 'MP-0102')])).toEqual(['sdp_id SDP_MISMATCH']);
    const both = changed(changed(SDP, 2, 'MP-0102'), 6, 'k0a1a0');
    expect(judged([both])).toEqual(['postal_code BAD_POSTAL_CODE']);
    expect(judged([changed(both, 4, 'OFF')])).toEqual(['status BAD_VALUE']);
  });

  it('judges framing, VEE service, calendar and rate class', () => {
    const world = { rateClasses: ['R1'] };
    const one = (line: string) => judged([line], world)[0];
    expect(one(SVC)).toBe('ok');
    expect(one(changed(SVC, 4, 'MONTHLY'))).toBe('framing UNKNOWN_FRAMING');
    expect(one(changed(SVC, 3, 'NONE'))).toBe('vee_service UNKNOWN_VEE_SERVICE');
    expect(one(changed(SVC, 5, 'NONE'))).toBe('energy_purchase_service UNKNOWN_CALENDAR');
    expect(one(changed(SVC, 5, ''))).toBe('framing FRAMING_CALENDAR_MISMATCH');
    expect(one(changed(SVC, 5, 'ON-TIERED'))).toBe('framing FRAMING_CALENDAR_MISMATCH');
    expect(one(changed(changed(SVC, 4, 'HOURLY'), 5, 'ON-TIERED'))).toBe(
      'framing FRAMING_CALENDAR_MISMATCH',
    );
    expect(one(changed(changed(SVC, 4, 'PERIODIC'), 5, 'ON-TIERED'))).toBe('ok');
    expect(one(changed(changed(SVC, 4, 'HOURLY'), 5, 'ON-TOU'))).toBe('ok');
    expect(one(changed(changed(SVC, 4, 'HOURLY'), 5, ''))).toBe('ok');
    expect(one(changed(SVC, 6, 'R2'))).toBe('rate_class UNKNOWN_RATE_CLASS');
  });

  it('needs only key and date of a WITHDRAW, which a PSYNC does not know', () => {
    const lines = [
      `SDP,${U1},,2026-07-01,,,,,,WITHDRAW`,
      'MTR,M-1,,,2026-07-01,,,,,,WITHDRAW',
      `INS,${U1},M-1,2026-07-01T00:00:00-05:00,,,,WITHDRAW`,
      `ORG,${U1},LDC,,2026-07-01,,WITHDRAW`,
      `SVC,${U1},2026-07-01,,,,,WITHDRAW`,
    ];
    expect(judged(lines)).toEqual(lines.map(() => 'ok'));
    expect(judged(lines, { mode: 'PSYNC' })).toEqual(lines.map(() => 'action BAD_VALUE'));
    expect(judged([`SVC,${U1},,,,,,WITHDRAW`])).toEqual(['effective_from MANDATORY_FIELD_MISSING']);
  });

  it('lets the first of a key and date stand, in a PSYNC of a key', () => {
    const lines = [
      SVC,
      changed(SVC, 2, '2026-07-03'),
      changed(SVC, 3, 'COMM'),
      `SVC,${U1},2026-07-03,,,,,WITHDRAW`,
      `3.2 ${INS}`,
      `3.3 INS,${U1},M-1,2026-07-01T15:37Z`,
      `3.4 INS,${U1},M-1,2026-07-01T10:38:00-05:00`,
    ];
    const duplicate = 'usdp_id DUPLICATE_RECORD';
    expect(judged(lines)).toEqual(['ok', 'ok', duplicate, duplicate, 'ok', duplicate, 'ok']);
    const present = [...lines.slice(0, 3), ...lines.slice(4)];
    expect(judged(present, { mode: 'PSYNC' })).toEqual([
      'ok',
      duplicate,
      duplicate,
      'ok',
      duplicate,
      'ok',
    ]);
  });

  it('rejects a bad record alone: the next of its key stands', () => {
    expect(judged([changed(SVC, 3, 'NONE'), SVC])).toEqual([
      'vee_service UNKNOWN_VEE_SERVICE',
      'ok',
    ]);
  });

  it('stores values in one form', () => {
    const rows = checkRows(
      rawRows([
        `SDP,${U2},MP-0102,2026-07-01,ACTIVE,,K0A 1A0,EASTERN,RESIDENTIAL`,
        'MTR,M-1,D-1,NA1,2026-07-01T05:00:00Z,60,40.0,6,KVARH+GKWH+KWH,3',
        `INS,${U2},M-1,2026-07-01T15:37:00Z,,GKWH=0+KWH=3.20`,
      ]),
      factsOf({}),
    );
    const stored = rows.map((c) => (c.ok ? c.record : null));
    expect(stored[0]!.values).toEqual({
      sdp_id: 'MP-0102',
      status: 'ACTIVE',
      postal_code: 'K0A1A0',
      time_zone: 'EASTERN',
      category: 'RESIDENTIAL',
    });
    expect(stored[1]!.values).toMatchObject({ multiplier: '40', channels: 'KWH+GKWH+KVARH' });
    expect(stored[2]).toMatchObject({
      key: `INS/${U2}/M-1/2026-07-01T10:37:00-05:00`,
      values: { meter_id: 'M-1', install_reads: 'KWH=3.20+GKWH=0' },
    });
  });

  it('names the key of a broken record as far as it can be read', () => {
    const keys = checkRows(
      rawRows([`INS,${U1},,2026-07-01T15:37Z`, `ACC,${U1},A-1,never`, 'MTR,M-1', `ATR,${U1},X`]),
      factsOf({}),
    ).map((c) => (c.ok ? '' : c.rejection.record_key));
    expect(keys).toEqual([
      `INS/${U1}//2026-07-01T10:37:00-05:00`,
      `ACC/${U1}/A-1/never`,
      'MTR/M-1',
      `ATR/${U1}/X`,
    ]);
  });
});
