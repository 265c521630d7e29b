/** Who is in the story: organizations, head-ends, service points and the meters that stand there. */
import { dayOfInstant, startOfDay, type EstDay, type Instant, type Zone } from '@mdmr/kernel';
import { EXCHANGED_AT, FIRST_DAY, NEW_STREET_AT } from './dates.js';
import { homeLoad, officeLoad, solarLoad, type Load } from './loads.js';

export const MAPLE = 'MAPLE';
export const BIRCH = 'BIRCH';
export const NORTHAMI = 'NORTHAMI';
export const BILLCO = 'BILLCO';
export const OPERATOR = 'HUBOPS';
export type Ldc = typeof MAPLE | typeof BIRCH;
export const AMCCS = ['NA1', 'NA2'] as const;
export type Amcc = (typeof AMCCS)[number];
export type Channel = 'KWH' | 'GKWH';
export type Framing = 'PERIODIC' | 'TOU' | 'HOURLY';

/** A service point as its LDC's papers have it on the first day. */
export interface Point {
  readonly ldc: Ldc;
  readonly sdpId: string;
  readonly address: string;
  readonly postalCode: string;
  readonly zone: Zone;
  readonly category: 'RESIDENTIAL' | 'GENERAL_SERVICE';
  readonly since: EstDay;
  readonly accountId: string;
  readonly cycle: string;
  readonly veeService: string;
  readonly framing: Framing;
  readonly calendar: string;
  readonly rateClass: string;
  /** ATR rows beside CYCLE */
  readonly attributes: readonly (readonly [string, string])[];
  /** what is really used there */
  readonly loads: ReadonlyMap<Channel, Load>;
  /** the meter that the papers say stands there first */
  readonly meterId: string;
  readonly installedAt: Instant;
}

export interface Meter {
  readonly ldc: Ldc;
  readonly meterId: string;
  readonly amcdId: string;
  readonly amcc: Amcc;
  readonly minutes: number;
  readonly multiplier: number;
  readonly channels: readonly Channel[];
  /** sdp_id of the home that it really measures */
  readonly measures: string;
  readonly from: Instant;
  /** null: to the end of the story */
  readonly to: Instant | null;
  /** registers at `from`, thousandths of meter units */
  readonly startMilli: ReadonlyMap<Channel, number>;
}

export interface Cast {
  readonly points: readonly Point[];
  readonly meters: readonly Meter[];
}

const STREETS = ['Elm St', 'Mill Rd', 'Station Ave', 'River Rd', 'Church St', 'King St'];

/** What makes a point another than a plain hourly home on ON-TOU. */
interface Special {
  readonly zone?: Zone;
  readonly framing?: Framing;
  readonly calendar?: string;
  readonly minutes?: 15 | 30 | 60;
  readonly office?: true;
  readonly solar?: true;
  readonly cycle15?: true;
  readonly veeService?: string;
}

const MAPLE_COUNT = 41;
const BIRCH_COUNT = 18;
/** Number of the home in the new street. */
const NEW_HOME = 51;

const ULO = { calendar: 'ON-ULO' } as const;
const TIERED = { framing: 'PERIODIC', calendar: 'ON-TIERED' } as const;
const SPECIALS: Readonly<Record<number, Special>> = {
  3: { ...ULO, solar: true },
  5: TIERED,
  7: { zone: 'CENTRAL' },
  8: { office: true, framing: 'HOURLY', calendar: '', minutes: 15, veeService: 'COMM' },
  17: { zone: 'EASTERN_STANDARD' },
  18: { minutes: 30 },
  19: { minutes: 30 },
  25: ULO,
  26: ULO,
  27: TIERED,
  28: TIERED,
  29: { framing: 'HOURLY', calendar: '' },
};

/** Points of cycle 15: their bill of 15 October to 15 November crosses the clock change. */
const isCycle15 = (n: number) => (n >= 15 && n <= 19) || (n >= 25 && n <= 41);

/** The whole cast; the same on every machine. */
export function makeCast(): Cast {
  const points: Point[] = [];
  const meters: Meter[] = [];
  const add = (ldc: Ldc, n: number, special: Special) => {
    const point = makePoint(ldc, n, special);
    points.push(point);
    meters.push(makeMeter(point, n, special));
  };
  for (let n = 1; n <= MAPLE_COUNT; n += 1) add(MAPLE, n, SPECIALS[n] ?? {});
  add(MAPLE, NEW_HOME, {});
  for (let n = 1; n <= BIRCH_COUNT; n += 1) add(BIRCH, n, {});
  return { points, meters: exchangeMeter(crossMeters(meters)) };
}

function makePoint(ldc: Ldc, n: number, special: Special): Point {
  const prefix = ldc === MAPLE ? 'MP' : 'BI';
  const number = String(n).padStart(4, '0');
  const isNew = ldc === MAPLE && n === NEW_HOME;
  const framing = special.framing ?? 'TOU';
  const kwh = special.office ? officeLoad() : homeLoad(ldc, n, special.minutes ?? 60);
  const loads = new Map<Channel, Load>([['KWH', kwh]]);
  if (special.solar) loads.set('GKWH', solarLoad());
  return {
    ldc,
    sdpId: `${prefix}-${number}`,
    address: `${100 + n} ${STREETS[n % STREETS.length]!}`,
    postalCode: `K${ldc === MAPLE ? 0 : 1}A${n % 10}B${Math.floor(n / 10)}`,
    zone: special.zone ?? 'EASTERN',
    category: special.office ? 'GENERAL_SERVICE' : 'RESIDENTIAL',
    since: isNew ? dayOfInstant(NEW_STREET_AT) : FIRST_DAY,
    accountId: `${prefix}-A-9${number}`,
    cycle: ldc === MAPLE && !isCycle15(n) ? '01' : '15',
    // MAPLE leaves it to its setting default-vee.RESIDENTIAL
    veeService: special.veeService ?? (ldc === MAPLE ? '' : 'STD'),
    framing,
    calendar: special.calendar ?? 'ON-TOU',
    rateClass: special.office ? 'GS' : 'R1',
    attributes: attributesOf(special),
    loads,
    meterId: `${prefix}-M-${1000 + n}`,
    installedAt: isNew ? NEW_STREET_AT : startOfDay(FIRST_DAY),
  };
}

function attributesOf(special: Special): [string, string][] {
  if (special.office) return [['SERVICE_KW', '250']];
  if (special.solar) return [['GENERATION_KW', '6']];
  return [];
}

function makeMeter(point: Point, n: number, special: Special): Meter {
  const rural = point.ldc === MAPLE ? n >= 29 && n !== NEW_HOME : n >= 11;
  const channels = [...point.loads.keys()];
  const isNew = point.installedAt === NEW_STREET_AT;
  const start = (channel: Channel) => (isNew ? 0 : 1_000_000 + n * 137_311 + channel.length * 7);
  return {
    ldc: point.ldc,
    meterId: point.meterId,
    amcdId: point.meterId.replace('-M-', '-D-'),
    amcc: rural ? 'NA2' : 'NA1',
    minutes: special.minutes ?? 60,
    multiplier: special.office ? 40 : 1,
    channels,
    measures: point.sdpId,
    from: point.installedAt,
    to: null,
    startMilli: new Map(channels.map((channel) => [channel, start(channel)])),
  };
}

/** Two homes of one house whose meters were mistaken for each other on the first day. */
export const CROSSED = ['MP-0009', 'MP-0010'] as const;

function crossMeters(meters: readonly Meter[]): Meter[] {
  const [first, second] = CROSSED;
  return meters.map((meter) => {
    if (meter.measures === first) return { ...meter, measures: second };
    if (meter.measures === second) return { ...meter, measures: first };
    return meter;
  });
}

export const EXCHANGED = 'MP-0002';
export const NEW_METER_ID = 'MP-M-2002';

function exchangeMeter(meters: readonly Meter[]): Meter[] {
  return meters.flatMap((meter) => {
    if (meter.measures !== EXCHANGED) return [meter];
    const next: Meter = {
      ...meter,
      meterId: NEW_METER_ID,
      amcdId: NEW_METER_ID.replace('-M-', '-D-'),
      from: EXCHANGED_AT,
      startMilli: new Map([['KWH', 0]]),
    };
    return [{ ...meter, to: EXCHANGED_AT }, next];
  });
}
