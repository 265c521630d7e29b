/** What a sent CMEP file says, read a second time: integers only, no code of the hub. */
import { later, parseStamp, type IntervalEnd } from './calendar.js';
import { isZero, parseExact, times, type Exact } from './energy.js';

const MINUTES_PER_DAY = 1440;
const FIXED = 14;
const MAX_TRIPLES = 48;
const ONE: Exact = { units: 1n, scale: 0 };
const UNITS = /^(G?(?:KWH|KVARH))(REG)?$/;
const FLAGS = /^[RAEN]?\d*$/;

/** One value of a line that is not rejected. */
export interface CmepValue {
  readonly end: IntervalEnd;
  /** Empty, R, A, E or N. */
  readonly flag: string;
  /** kWh in meter units with field 12 applied; null for N. */
  readonly amount: Exact | null;
}

export interface CmepLine {
  readonly line: number;
  /** Values the line counts for, whatever becomes of it. */
  readonly count: number;
  readonly meter: string;
  /** KWH, GKWH, ... */
  readonly channel: string;
  readonly isRegister: boolean;
  readonly intervalMinutes: number;
  /** Why it is rejected whole; null = it is not. */
  readonly rejected: string | null;
  readonly values: readonly CmepValue[];
}

export function cmepLines(text: string): CmepLine[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, i) => readLine(line, i + 1));
}

function readLine(text: string, line: number): CmepLine {
  const fields = text.split(',');
  const said = Number(fields[13]);
  const count = said >= 1 && said <= MAX_TRIPLES ? said : 1;
  const units = UNITS.exec(fields[10] ?? '');
  const isRegister = units?.[2] === 'REG';
  const intervalMinutes = isRegister ? 0 : minutesOf(fields[12] ?? '');
  const values = units === null ? [] : readValues(fields, said, intervalMinutes);
  return {
    line,
    count,
    meter: fields[7] ?? '',
    channel: units?.[1] ?? '',
    isRegister,
    intervalMinutes,
    rejected: reasonOf(fields, said, units !== null, values, intervalMinutes),
    values: values.flatMap((value) => (value === null || value === 'BAD' ? [] : [value])),
  };
}

function reasonOf(
  fields: readonly string[],
  said: number,
  knownUnit: boolean,
  values: readonly (CmepValue | null | 'BAD')[],
  intervalMinutes: number,
): string | null {
  const [type, , , , , , , , purpose] = fields;
  if (type !== 'MEPMD01' || !(said >= 1 && said <= MAX_TRIPLES)) return 'NOT_CMEP';
  if (fields.length !== FIXED + 3 * said) return 'COUNT_MISMATCH';
  if (purpose !== 'OK' && purpose !== 'RESEND') return 'PURPOSE_NOT_LOADED';
  if (!knownUnit) return 'UNKNOWN_UNIT';
  const offGrid = (value: CmepValue | null | 'BAD') =>
    value === null ||
    (value !== 'BAD' && intervalMinutes > 0 && value.end.minute % intervalMinutes !== 0);
  if (values.some(offGrid)) return 'BAD_TIMESTAMP';
  if (values.includes('BAD')) return 'BAD_VALUE';
  return null;
}

/** null = not a time. */
function readValues(
  fields: readonly string[],
  count: number,
  intervalMinutes: number,
): (CmepValue | null | 'BAD')[] {
  const constant = parseExact(fields[11] ?? '');
  const factor = constant === null || isZero(constant) ? ONE : constant;
  const values: (CmepValue | null | 'BAD')[] = [];
  let end: IntervalEnd | null = null;
  for (let i = 0; i < count; i += 1) {
    const [stamp = '', flag = '', amount = ''] = fields.slice(FIXED + 3 * i, FIXED + 3 * i + 3);
    end = stamp === '' ? end && later(end, intervalMinutes) : parseStamp(stamp);
    if (end === null) values.push(null);
    else if (!FLAGS.test(flag)) values.push('BAD');
    else values.push(valueOf(end, flag.slice(0, 1), amount, factor));
  }
  return values;
}

function valueOf(end: IntervalEnd, flag: string, text: string, factor: Exact): CmepValue | 'BAD' {
  if (flag === 'N') return { end, flag, amount: null };
  const amount = parseExact(text);
  return amount === null ? 'BAD' : { end, flag, amount: times(amount, factor) };
}

/** Field 13, `MMDDHHMM`. */
function minutesOf(text: string): number {
  const match = /^00(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (match === null) return 0;
  const [days, hours, minutes] = match.slice(1).map(Number) as [number, number, number];
  return days * MINUTES_PER_DAY + hours * 60 + minutes;
}
