/**
 * Records that a set must refuse, each with what is told of it. `u(1)` to `u(8)` are whole service
 * points of MAPLE since 2026-05-01 with meters M-1 to M-8, accounts A-MP-1 and so on; `n(1)` to
 * `n(9)` are ids without records; `oak` is the id of another LDC's point.
 */
export interface CaseIds {
  u(n: number): string;
  n(n: number): string;
  readonly oak: string;
}

export interface Case {
  readonly part: number;
  readonly record: string;
  /** `file_id,line,set_id,part` aside, the row told; null = accepted; a pattern where the contract leaves some. */
  readonly told: string | RegExp | null;
}

const c = (part: number, record: string, told: string | RegExp | null): Case => ({
  part,
  record,
  told,
});

/** Refused for their own content: IR07 `usdp_id,record_key,field,reason,value`. */
export function contentCases({ u, n, oak }: CaseIds): Case[] {
  const home = 'EASTERN,RESIDENTIAL';
  const sdp = (id: string) => `${id},SDP/${id}`;
  const svc = (id: string) => `${id},SVC/${id}`;
  const wrong = (key: string, field: string, reason: string, value = '') =>
    `${key},${field},${reason},${value}`;
  return [
    c(
      1,
      `SDP,${u(1)},,2026-07-01,ACTIVE,,,${home}`,
      wrong(sdp(u(1)), 'sdp_id', 'MANDATORY_FIELD_MISSING'),
    ),
    c(
      1,
      `SDP,${u(2)},MP-2,2026-07-01,ACTIVE,,,,RESIDENTIAL`,
      wrong(sdp(u(2)), 'time_zone', 'TIME_ZONE_MISSING'),
    ),
    c(
      1,
      `SDP,${u(3)},MP-3,2026-07-01,ACTIVE,,,,`,
      wrong(sdp(u(3)), 'time_zone', 'MANDATORY_FIELD_MISSING'),
    ),
    c(
      1,
      `SDP,${u(4)},MP-4,2026-07-01,ASLEEP,,,${home}`,
      wrong(sdp(u(4)), 'status', 'BAD_VALUE', 'ASLEEP'),
    ),
    c(
      1,
      `SDP,${u(5)},MP-5,2026-02-30,ACTIVE,,,${home}`,
      wrong(sdp(u(5)), 'effective_from', 'BAD_VALUE', '2026-02-30'),
    ),
    c(
      1,
      `SDP,1000000009,MP-9,2026-07-01,ACTIVE,,,${home}`,
      wrong(sdp('1000000009'), 'usdp_id', 'UNKNOWN_USDP', '1000000009'),
    ),
    c(
      1,
      `SDP,${oak},OK-1,2026-07-01,ACTIVE,,,${home}`,
      wrong(sdp(oak), 'usdp_id', 'WRONG_LDC', oak),
    ),
    c(
      1,
      `SDP,${u(6)},MP-6,2026-07-01,ACTIVE,,K0A 1A,${home}`,
      wrong(sdp(u(6)), 'postal_code', 'BAD_POSTAL_CODE', 'K0A 1A'),
    ),
    c(
      1,
      `SDP,${u(7)},MP-8,2026-07-01,ACTIVE,,,${home}`,
      wrong(sdp(u(7)), 'sdp_id', 'SDP_MISMATCH', 'MP-8'),
    ),
    c(
      1,
      `ATR,${u(1)},SERVICE_KW,ten,2026-07-01`,
      wrong(`${u(1)},ATR/${u(1)}/SERVICE_KW`, 'value', 'BAD_VALUE', 'ten'),
    ),
    c(
      1,
      `ATR,${u(1)},SEASONAL,yes,2026-07-01`,
      wrong(`${u(1)},ATR/${u(1)}/SEASONAL`, 'value', 'BAD_VALUE', 'yes'),
    ),
    c(1, `ATR,${u(2)},COLOUR,red,2026-07-01`, null),
    c(
      1,
      `ATR,${u(2)},COLOUR,blue,2026-07-01`,
      new RegExp(`^${u(2)},ATR/${u(2)}/COLOUR,[a-z_]*,DUPLICATE_RECORD,`),
    ),
    c(
      1,
      `ATR,${u(3)},CYCLE,07,2027-08-07`,
      wrong(`${u(3)},ATR/${u(3)}/CYCLE`, 'effective_from', 'BAD_VALUE', '2027-08-07'),
    ),
    c(1, `ATR,${u(3)},CYCLE,07,2027-08-06`, null),
    c(
      1,
      `SDP,${u(8)},MP-8,2026-07-01,ACTIVE,,,${home},,more`,
      new RegExp(`^${u(8)},SDP/${u(8)},record,BAD_VALUE,`),
    ),
    c(1, `STR,${u(8)},MP-8`, /^.*,record,BAD_VALUE,/),
    c(1, `MTR,MX-0,DX-0,NA1,2026-07-01,60,1,6,KWH,3`, /^.*,record,BAD_VALUE,/),
    c(
      1,
      `ATR,${u(4)},LIFE_SUPPORT,Y,2026-07-01,DELETE`,
      wrong(`${u(4)},ATR/${u(4)}/LIFE_SUPPORT`, 'action', 'BAD_VALUE', 'DELETE'),
    ),
    c(
      1,
      `SDP,${u(4)},MP-4,2026-07-02,ACTIVE,,,MOUNTAIN,RESIDENTIAL`,
      wrong(sdp(u(4)), 'time_zone', 'BAD_VALUE', 'MOUNTAIN'),
    ),
    // the first reason that holds, in the order of the contract
    c(
      1,
      `SDP,${u(5)},,2026-02-30,ASLEEP,,K0A,${home}`,
      wrong(sdp(u(5)), 'sdp_id', 'MANDATORY_FIELD_MISSING'),
    ),
    c(
      1,
      `SDP,${u(5)},MP-6,2026-07-02,ASLEEP,,K0A,${home}`,
      wrong(sdp(u(5)), 'status', 'BAD_VALUE', 'ASLEEP'),
    ),
    c(
      1,
      `SDP,${oak},MP-6,2026-07-02,ACTIVE,,K0A,${home}`,
      wrong(sdp(oak), 'usdp_id', 'WRONG_LDC', oak),
    ),
    c(
      1,
      `SDP,${n(9)},MP-6,2026-07-02,ACTIVE,,K0A,${home}`,
      wrong(sdp(n(9)), 'postal_code', 'BAD_POSTAL_CODE', 'K0A'),
    ),
    c(
      1,
      `SDP,${u(1)},MP-1,2026-07-04,ACTIVE,${'x'.repeat(201)},,${home}`,
      wrong(sdp(u(1)), 'service_address', 'BAD_VALUE', 'x'.repeat(201)),
    ),
    c(
      2,
      'MTR,MX-1,DX-1,NA1,2026-07-01,10,1,6,KWH,3',
      wrong(',MTR/MX-1', 'interval_minutes', 'BAD_VALUE', '10'),
    ),
    c(
      2,
      'MTR,MX-2,DX-2,NA1,2026-07-01,60,0,6,KWH,3',
      wrong(',MTR/MX-2', 'multiplier', 'BAD_VALUE', '0'),
    ),
    c(
      2,
      'MTR,MX-3,DX-3,NA1,2026-07-01,60,1,3,KWH,3',
      wrong(',MTR/MX-3', 'register_dials', 'BAD_VALUE', '3'),
    ),
    c(
      2,
      'MTR,MX-4,DX-4,NA1,2026-07-01,60,1,10,KWH,3',
      wrong(',MTR/MX-4', 'register_dials', 'BAD_VALUE', '10'),
    ),
    c(
      2,
      'MTR,MX-5,DX-5,NA1,2026-07-01,60,1,6,KWH+HEAT,3',
      wrong(',MTR/MX-5', 'channels', 'BAD_VALUE', 'KWH+HEAT'),
    ),
    c(
      2,
      'MTR,MX-6,DX-6,NA1,2026-07-01,60,1,6,KWH,5',
      wrong(',MTR/MX-6', 'register_decimals', 'BAD_VALUE', '5'),
    ),
    c(
      2,
      'MTR,MX-7,,NA1,2026-07-01,60,1,6,KWH,3',
      wrong(',MTR/MX-7', 'amcd_id', 'MANDATORY_FIELD_MISSING'),
    ),
    c(
      2,
      'MTR,MX-8,DX-8,NA1,2026-07-01T10:30,60,1,6,KWH',
      wrong(',MTR/MX-8', 'effective_from', 'BAD_VALUE', '2026-07-01T10:30'),
    ),
    c(
      3,
      `INS,${u(1)},M-1,2026-07-01`,
      new RegExp(`^${u(1)},INS/.*,installed_at,BAD_VALUE,2026-07-01$`),
    ),
    c(
      3,
      `INS,${u(1)},M-1,2026-07-01T00:00:00-05:00,,KWH=abc`,
      wrong(
        `${u(1)},INS/${u(1)}/M-1/2026-07-01T00:00:00-05:00`,
        'install_reads',
        'BAD_VALUE',
        'KWH=abc',
      ),
    ),
    c(
      3,
      `INS,${u(2)},M-2,2026-07-01T00:00:00.5-05:00`,
      /,installed_at,BAD_VALUE,2026-07-01T00:00:00\.5-05:00$/,
    ),
    c(
      4,
      `ACC,${u(1)},,2026-07-01`,
      new RegExp(`^${u(1)},ACC/${u(1)}//2026-07-01,account_id,MANDATORY_FIELD_MISSING,$`),
    ),
    c(
      4,
      `ACC,${u(1)},A-MP-1,2026-05-01,soon`,
      wrong(`${u(1)},ACC/${u(1)}/A-MP-1/2026-05-01`, 'effective_to', 'BAD_VALUE', 'soon'),
    ),
    c(
      5,
      `ORG,${u(1)},PLUMBER,NORTHAMI,2026-07-01`,
      wrong(`${u(1)},ORG/${u(1)}/PLUMBER/2026-07-01`, 'role', 'BAD_VALUE', 'PLUMBER'),
    ),
    c(
      5,
      `ORG,${u(1)},LDC,OAK,2026-07-01`,
      new RegExp(`^${u(1)},ORG/${u(1)}/LDC/2026-07-01,org_id,BAD_VALUE,OAK$`),
    ),
    c(
      6,
      `SVC,${u(1)},2026-07-01,STD,HEXAGON,,R1`,
      wrong(svc(u(1)), 'framing', 'UNKNOWN_FRAMING', 'HEXAGON'),
    ),
    c(
      6,
      `SVC,${u(2)},2026-07-01,GOLD,TOU,ON-TOU,R1`,
      wrong(svc(u(2)), 'vee_service', 'UNKNOWN_VEE_SERVICE', 'GOLD'),
    ),
    c(
      6,
      `SVC,${u(3)},2026-07-01,STD,TOU,ON-TOO,R1`,
      wrong(svc(u(3)), 'energy_purchase_service', 'UNKNOWN_CALENDAR', 'ON-TOO'),
    ),
    c(
      6,
      `SVC,${u(4)},2026-07-01,STD,TOU,,R1`,
      new RegExp(`^${u(4)},SVC/${u(4)},[a-z_]+,FRAMING_CALENDAR_MISMATCH,`),
    ),
    c(
      6,
      `SVC,${u(5)},2026-07-01,STD,TOU,ON-TIERED,R1`,
      new RegExp(`^${u(5)},SVC/${u(5)},[a-z_]+,FRAMING_CALENDAR_MISMATCH,`),
    ),
    c(
      6,
      `SVC,${u(6)},2026-07-01,STD,HOURLY,ON-TIERED,R1`,
      new RegExp(`^${u(6)},SVC/${u(6)},[a-z_]+,FRAMING_CALENDAR_MISMATCH,`),
    ),
    c(
      6,
      `SVC,${u(7)},2026-07-01,STD,TOU,ON-TOU,R9`,
      wrong(svc(u(7)), 'rate_class', 'UNKNOWN_RATE_CLASS', 'R9'),
    ),
    c(6, `SVC,${u(8)},2026-07-01,STD,,,R1`, wrong(svc(u(8)), 'framing', 'MANDATORY_FIELD_MISSING')),
    c(
      6,
      `SVC,${u(1)},2026-07-02,GOLD,TOU,ON-TOO,R9`,
      wrong(svc(u(1)), 'vee_service', 'UNKNOWN_VEE_SERVICE', 'GOLD'),
    ),
    c(
      6,
      `SVC,${u(2)},2026-07-02,GOLD,HEXAGON,ON-TOO,R9`,
      wrong(svc(u(2)), 'framing', 'UNKNOWN_FRAMING', 'HEXAGON'),
    ),
    c(
      6,
      `SVC,${u(3)},2026-07-02,STD,TOU,ON-TIERED,R9`,
      new RegExp(`^${u(3)},SVC/${u(3)},[a-z_]+,FRAMING_CALENDAR_MISMATCH,`),
    ),
  ];
}

/** Refused for their relations: IR14 `usdp_id,record_key,reason,conflicting_with`, or IR07. */
export function relationCases({ u, n }: CaseIds): Case[] {
  const t = (text: string) => `2026-${text}T00:00:00-05:00`;
  const ins = (id: string, meter: string, at: string) => `INS/${id}/${meter}/${at}`;
  const row = (id: string, key: string, reason: string, other = '') =>
    `${id},${key},${reason},${other}`;
  return [
    c(
      1,
      `SDP,${n(1)},MP-N1,2026-07-01,ACTIVE,,K0A,EASTERN,RESIDENTIAL`,
      /^\d+,SDP\/\d+,postal_code,BAD_POSTAL_CODE,K0A$/,
    ),
    c(
      1,
      `ATR,${u(1)},CYCLE,07,2026-04-01`,
      new RegExp(`^${u(1)},ATR/${u(1)}/CYCLE,EFFECTIVE_DATE_CONFLICT,`),
    ),
    c(
      1,
      `SDP,${u(2)},MP-2,2024-04-22,ACTIVE,,,EASTERN,RESIDENTIAL`,
      new RegExp(`^${u(2)},SDP/${u(2)},EFFECTIVE_DATE_CONFLICT,`),
    ),
    c(
      1,
      `ATR,${u(3)},COLOUR,,2026-07-01,WITHDRAW`,
      row(u(3), `ATR/${u(3)}/COLOUR`, 'NOTHING_TO_WITHDRAW'),
    ),
    c(
      1,
      `SDP,${u(4)},,2026-05-01,,,,,,WITHDRAW`,
      new RegExp(`^${u(4)},SDP/${u(4)},EFFECTIVE_DATE_CONFLICT,\\w+/`),
    ),
    c(1, `SDP,${n(2)},MP-N2,2026-07-01,ACTIVE,,,EASTERN,RESIDENTIAL`, null),
    c(2, 'MTR,MB-1,DB-1,NOPE,2026-07-01,60,1,6,KWH,3', row('', 'MTR/MB-1', 'UNKNOWN_AMCC')),
    c(2, 'MTR,MB-9,DB-9,OA9,2026-07-01,60,1,6,KWH,3', row('', 'MTR/MB-9', 'UNKNOWN_AMCC')),
    c(2, 'MTR,O-1,D-77,NA1,2026-07-01,60,1,6,KWH,3', /^,MTR\/O-1,METER_ID_CONFLICT,/),
    c(
      2,
      'MTR,MB-2,D-M-1,NA1,2026-07-01,60,1,6,KWH,3',
      row('', 'MTR/MB-2', 'AMCD_CONFLICT', 'MTR/M-1'),
    ),
    c(2, 'MTR,MB-4,,NA1,2026-07-01,60,1,6,KWH,3', ',MTR/MB-4,amcd_id,MANDATORY_FIELD_MISSING,'),
    c(2, 'MTR,MS-1,DS-1,NA1,2026-07-01,60,1,6,KWH,3', null),
    c(2, 'MTR,MS-2,DS-2,NA1,2026-07-01,60,1,6,KWH,3', null),
    c(
      3,
      `INS,${u(1)},MB-4,${t('07-01')}`,
      row(u(1), ins(u(1), 'MB-4', t('07-01')), 'DEPENDS_ON_REJECTED', 'MTR/MB-4'),
    ),
    c(
      3,
      `INS,${u(1)},M-2,${t('07-01')}`,
      row(
        u(1),
        ins(u(1), 'M-2', t('07-01')),
        'METER_ALREADY_INSTALLED',
        ins(u(2), 'M-2', t('05-01')),
      ),
    ),
    c(
      3,
      `INS,${u(2)},MS-1,${t('07-01')}`,
      row(u(2), ins(u(2), 'MS-1', t('07-01')), 'INSTALL_OVERLAP', ins(u(2), 'M-2', t('05-01'))),
    ),
    c(
      3,
      `INS,${u(3)},NO-METER,${t('07-01')}`,
      row(u(3), ins(u(3), 'NO-METER', t('07-01')), 'UNKNOWN_METER'),
    ),
    c(
      3,
      `INS,${u(3)},M-3,${t('06-01')}`,
      row(u(3), ins(u(3), 'M-3', t('06-01')), 'INSTALL_OVERLAP', ins(u(3), 'M-3', t('05-01'))),
    ),
    c(
      3,
      `INS,${u(4)},M-4,${t('05-01')},${t('04-30')}`,
      new RegExp(`^${u(4)},INS/.*,EFFECTIVE_DATE_CONFLICT,`),
    ),
    c(3, `INS,${n(2)},MS-1,${t('07-01')}`, null),
    // two of one set: the one in the later line is refused
    c(
      3,
      `INS,${n(2)},MS-2,2026-07-01T12:00:00-05:00`,
      row(
        n(2),
        ins(n(2), 'MS-2', '2026-07-01T12:00:00-05:00'),
        'INSTALL_OVERLAP',
        ins(n(2), 'MS-1', t('07-01')),
      ),
    ),
    c(
      4,
      `ACC,${u(1)},A-X,2026-07-01`,
      row(
        u(1),
        `ACC/${u(1)}/A-X/2026-07-01`,
        'EFFECTIVE_DATE_CONFLICT',
        `ACC/${u(1)}/A-MP-1/2026-05-01`,
      ),
    ),
    c(
      4,
      `ACC,${u(2)},A-MP-2,2026-05-01,2026-05-01`,
      new RegExp(`^${u(2)},ACC/.*,EFFECTIVE_DATE_CONFLICT,`),
    ),
    c(
      4,
      `ACC,${n(1)},A-N,2026-07-01`,
      row(n(1), `ACC/${n(1)}/A-N/2026-07-01`, 'DEPENDS_ON_REJECTED', `SDP/${n(1)}`),
    ),
    c(4, `ACC,${n(2)},A-B,2026-07-05`, null),
    c(
      4,
      `ACC,${n(2)},A-C,2026-07-01`,
      row(
        n(2),
        `ACC/${n(2)}/A-C/2026-07-01`,
        'EFFECTIVE_DATE_CONFLICT',
        `ACC/${n(2)}/A-B/2026-07-05`,
      ),
    ),
    c(
      5,
      `ORG,${u(1)},AMI_OPERATOR,GHOST,2026-07-01`,
      row(u(1), `ORG/${u(1)}/AMI_OPERATOR/2026-07-01`, 'UNKNOWN_ORG'),
    ),
    c(
      5,
      `ORG,${u(2)},AMI_OPERATOR,SOUTHAMI,2026-07-01`,
      row(u(2), `ORG/${u(2)}/AMI_OPERATOR/2026-07-01`, 'NOT_DELEGATED'),
    ),
    c(
      5,
      `ORG,${u(2)},BILLING_AGENT,OTHERBILL,2026-07-01`,
      row(u(2), `ORG/${u(2)}/BILLING_AGENT/2026-07-01`, 'NOT_DELEGATED'),
    ),
    c(
      5,
      `ORG,${u(3)},BILLING_AGENT,BILL2,2026-07-01`,
      row(
        u(3),
        `ORG/${u(3)}/BILLING_AGENT/2026-07-01`,
        'EFFECTIVE_DATE_CONFLICT',
        `ORG/${u(3)}/BILLING_AGENT/2026-05-01`,
      ),
    ),
    c(
      6,
      `SVC,${n(1)},2026-07-01,STD,TOU,ON-TOU,R1`,
      row(n(1), `SVC/${n(1)}`, 'DEPENDS_ON_REJECTED', `SDP/${n(1)}`),
    ),
    c(6, `SVC,${u(8)},2026-05-02,,,,,WITHDRAW`, row(u(8), `SVC/${u(8)}`, 'NOTHING_TO_WITHDRAW')),
  ];
}

/** Records by part, as the set states them. */
export function partsOf(cases: readonly Case[]): Record<number, string[]> {
  const parts: Record<number, string[]> = {};
  for (const { part, record } of cases) parts[part] = [...(parts[part] ?? []), record];
  return parts;
}

export interface Told {
  /** `ROW,<file>,<line>,<set>,<part>,` */
  readonly head: string;
  readonly told: string | RegExp | null;
  readonly record: string;
}

/** The cases with the beginning of the row that tells of them, by part and line. */
export function toldOf(setId: string, cases: readonly Case[]): Told[] {
  const next: Record<number, number> = {};
  const all = cases.map(({ part, record, told }) => {
    const line = (next[part] ?? 1) + 1;
    next[part] = line;
    return { part, line, record, told, head: `ROW,${setId}.${part},${line},${setId},${part},` };
  });
  return all.sort((a, b) => a.part - b.part || a.line - b.line);
}

/** What is told otherwise than it should be, in words; none = all right. */
export function misjudged(expected: readonly Told[], rows: readonly string[]): string[] {
  const wrong: string[] = [];
  for (const { head, told, record } of expected) {
    const found = rows.filter((row) => row.startsWith(head)).map((row) => row.slice(head.length));
    const isRight =
      told === null
        ? found.length === 0
        : found.length === 1 &&
          (typeof told === 'string' ? found[0] === told : told.test(found[0]!));
    if (!isRight) wrong.push(`${record}\n  is  ${found.join(' / ')}\n  not ${told}`);
  }
  const known = new Set(expected.map(({ head }) => head));
  const others = rows.filter((row) => ![...known].some((head) => row.startsWith(head)));
  return [...wrong, ...others.map((row) => `nobody expected ${row}`)];
}
