/** A synthetic utility: its organizations and service points, made from a seed. */
import { Random } from './random.js';

export interface Point {
  sdp_id: string;
  service_address: string;
  postal_code: string;
  time_zone: string;
  category: 'RESIDENTIAL' | 'GENERAL_SERVICE';
  meter_id: string;
  amcd_id: string;
  interval_minutes: number;
  multiplier: number;
  register_dials: number;
  register_decimals: number;
  /** KWH, GKWH */
  channels: string[];
  /** registers at installation, in thousandths of meter units, by channel */
  start_milli: Record<string, number>;
  account_id: string;
  vee_service: string;
  framing: string;
  calendar: string;
  rate_class: string;
  cycle: string;
  /** kW of the service of a business, else empty */
  service_kw: string;
  /** mean use of an hour in thousandths of meter units */
  mean_milli: number;
}

export interface Population {
  seed: number;
  ldc: string;
  ami_operator: string;
  billing_agent: string;
  amcc: string;
  /** YYYY-MM-DD, first data day; everything is in force from here */
  from: string;
  days: number;
  points: Point[];
}

export interface PopulationOptions {
  seed: number;
  ldc: string;
  sdps: number;
  from: string;
  days: number;
}

const STREETS = ['Elm', 'Maple', 'King', 'Queen', 'Church', 'Mill', 'River', 'Station', 'Victoria'];
const KINDS = ['St', 'Ave', 'Rd', 'Cres'];
const POSTAL_LETTERS = 'ABCEGHJKLMNPRSTVXY';

/** Pure: the same options give the same population. */
export function makePopulation(options: PopulationOptions): Population {
  const { seed, ldc, sdps, from, days } = options;
  const points = Array.from({ length: sdps }, (_, i) => makePoint(seed, ldc, i + 1));
  const organizations = { ami_operator: 'SIMAMI', billing_agent: 'SIMBILL', amcc: `${ldc}-HE` };
  return { seed, ldc, ...organizations, from, days, points };
}

function makePoint(seed: number, ldc: string, n: number): Point {
  const random = new Random(seed, `${ldc}/${n}`);
  const number = String(n).padStart(6, '0');
  const business = random.chance(100);
  const transformed = business && random.chance(300);
  const solar = !transformed && random.chance(60);
  const channels = solar ? ['KWH', 'GKWH'] : ['KWH'];
  const starts = channels.map((channel) => [channel, random.between(0, 90_000_000)] as const);
  const [framing, calendar] = framingOf(random);
  return {
    sdp_id: `${ldc}-${number}`,
    service_address: `${random.between(1, 400)} ${random.pick(STREETS)} ${random.pick(KINDS)}`,
    postal_code: postalCode(random),
    time_zone: random.chance(40) ? 'CENTRAL' : 'EASTERN',
    category: business ? 'GENERAL_SERVICE' : 'RESIDENTIAL',
    meter_id: `${ldc}-M${number}`,
    amcd_id: `${ldc}-D${number}`,
    interval_minutes: business && random.chance(500) ? 15 : 60,
    multiplier: transformed ? 40 : 1,
    register_dials: 6,
    register_decimals: random.weighted([
      [3, 70],
      [1, 20],
      [0, 10],
    ] as const),
    channels,
    start_milli: Object.fromEntries(starts),
    account_id: `${ldc}-A${number}`,
    vee_service: business ? 'COMM' : 'STD',
    framing,
    calendar,
    rate_class: business ? 'GS' : 'RES',
    cycle: String(random.between(1, 12)).padStart(2, '0'),
    service_kw: business ? (transformed ? '600' : '60') : '',
    mean_milli: business ? random.between(1500, 4000) : random.between(350, 1400),
  };
}

function framingOf(random: Random): readonly [string, string] {
  return random.weighted([
    [['TOU', 'ON-TOU'], 70],
    [['TOU', 'ON-ULO'], 8],
    [['PERIODIC', 'ON-TIERED'], 15],
    [['HOURLY', ''], 7],
  ] as const);
}

function postalCode(random: Random): string {
  const letter = () => random.pick([...POSTAL_LETTERS]);
  const digit = () => random.between(0, 9);
  return `K${digit()}${letter()}${digit()}${letter()}${digit()}`;
}
