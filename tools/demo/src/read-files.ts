/** CMEP files: one of each head-end and day, and the few that come beside them. */
import {
  HOUR_MS,
  MINUTES_PER_DAY,
  formatEstDay,
  intervalEnd,
  startOfDay,
  type EstDay,
  type Instant,
} from '@mdmr/kernel';
import { formatCmepLine, inboundName, type CmepTriple } from '@mdmr/formats';
import { NORTHAMI, type Amcc, type Channel, type Meter } from './cast.js';
import {
  CHANGED_MODULE,
  DUMPED_GAP,
  FUTURE_STAMP,
  LATE_CLOCK,
  STRANGERS,
  WRONG_COUNT,
  isOn,
  sentDay,
} from './incidents.js';
import { milliText, type Metering } from './metering.js';

export interface SentFile {
  readonly org: string;
  readonly name: string;
  readonly content: Buffer;
}

/** A line of CMEP carries at most 48 triples. */
const MAX_TRIPLES = 48;

/** The file of a head-end with all its meters' reads of a day, made at two in the morning. */
export function dayFile(metering: Metering, amcc: Amcc, day: EstDay): SentFile {
  const lines = metering.cast.meters
    .filter((meter) => meter.amcc === amcc)
    .flatMap((meter) =>
      meter.channels.flatMap((channel) => channelLines(metering, meter, channel, day)),
    );
  if (amcc === 'NA1' && day === STRANGERS.day) lines.push(...strangerLines());
  return readFile(`${amcc}-${formatEstDay(day)}`, lines);
}

/** The line that was refused for its count, right. */
export function countAgainFile(metering: Metering): SentFile {
  const meter = metering.metersOf(WRONG_COUNT.sdpId)[0]!;
  const lines = intervalLines(metering, meter, 'KWH', WRONG_COUNT.day, 'RESEND');
  return readFile(`NA1-${formatEstDay(WRONG_COUNT.day)}-again`, lines);
}

/** A meter's memory read out weeks later: the actuals of hours that were estimated. */
export function memoryDumpFile(metering: Metering): SentFile {
  const { sdpId, day, from, to } = DUMPED_GAP;
  const meter = metering.metersOf(sdpId)[0]!;
  const { values } = metering.day(meter, 'KWH', day)!;
  const missed = values.map((value, i) => (i >= from && i < to ? value : null));
  const lines = valueLines(meter, 'KWH', day, missed, { purpose: 'RESEND', flag: 'R' });
  return readFile(`NA1-${formatEstDay(day)}-memory`, lines);
}

/** A day whose clock was wrong, adjusted by the head-end. */
export function adjustedDayFile(metering: Metering): SentFile {
  const { sdpId, day } = LATE_CLOCK;
  const meter = metering.metersOf(sdpId)[0]!;
  const { values } = metering.day(meter, 'KWH', day)!;
  const lines = valueLines(meter, 'KWH', day, values, { purpose: 'RESEND', flag: 'A' });
  return readFile(`NA1-${formatEstDay(day)}-adjusted`, lines);
}

function readFile(what: string, lines: readonly string[]): SentFile {
  const name = inboundName(NORTHAMI, 'CMEP', what);
  return { org: NORTHAMI, name, content: Buffer.from(`${lines.join('\n')}\n`) };
}

function channelLines(metering: Metering, meter: Meter, channel: Channel, day: EstDay): string[] {
  const truth = metering.day(meter, channel, day);
  if (truth === undefined) return [];
  const lines = intervalLines(metering, meter, channel, day, 'OK');
  if (isOn(WRONG_COUNT, meter.measures, day)) lines[0] = withoutLastTriple(lines[0]!);
  if (isOn(FUTURE_STAMP, meter.measures, day)) lines.push(futureLine(meter));
  const { register } = sentDay(meter.measures, day, truth);
  if (register !== null) lines.push(registerLine(meter, channel, day, register));
  return lines;
}

function intervalLines(
  metering: Metering,
  meter: Meter,
  channel: Channel,
  day: EstDay,
  purpose: string,
): string[] {
  const { values } = sentDay(meter.measures, day, metering.day(meter, channel, day)!);
  return valueLines(meter, channel, day, values, { purpose, flag: 'R' });
}

function valueLines(
  meter: Meter,
  channel: Channel,
  day: EstDay,
  values: readonly (number | null)[],
  { purpose, flag }: { purpose: string; flag: string },
): string[] {
  const triples = triplesOf(meter.minutes, day, values, flag);
  const lines: string[] = [];
  for (let i = 0; i < triples.length; i += MAX_TRIPLES) {
    const some = triples.slice(i, i + MAX_TRIPLES).map(({ stated, end, ...triple }, at) => {
      return { ...triple, end: stated || at === 0 ? end : null };
    });
    lines.push(line(meter, day, channel, meter.minutes, some, purpose));
  }
  return lines;
}

/** Only a stamp that is not one interval after the one before has to be stated. */
function triplesOf(
  minutes: number,
  day: EstDay,
  values: readonly (number | null)[],
  flag: string,
): (CmepTriple & { end: Instant; stated: boolean })[] {
  return values.flatMap((value, i) => {
    if (value === null) return [];
    const stated = i === 0 || values[i - 1] === null;
    return [{ stated, end: intervalEnd(day, i, minutes), flag, value: milliText(value) }];
  });
}

function registerLine(meter: Meter, channel: Channel, day: EstDay, register: number): string {
  const triple = { end: startOfDay(day + 1), flag: 'R', value: milliText(register) };
  return line(meter, day, `${channel}REG`, 0, [triple], 'OK');
}

function line(
  meter: Meter,
  day: EstDay,
  units: string,
  intervalMinutes: number,
  triples: readonly CmepTriple[],
  purpose: string,
): string {
  return formatCmepLine({
    sender: meter.amcc,
    device: meter.meterId,
    receiverCustomer: moduleOf(
      meter,
      intervalMinutes === 0 ? startOfDay(day + 1) : startOfDay(day),
    ),
    recordedAt: startOfDay(day + 1) + 2 * HOUR_MS,
    units,
    intervalMinutes,
    triples,
    purpose,
  });
}

/** The module through which a meter answered for an instant: the start of an interval, a register's own. */
function moduleOf(meter: Meter, at: Instant): string {
  const { sdpId, from } = CHANGED_MODULE;
  return meter.measures === sdpId && at >= startOfDay(from) ? newModuleId(meter) : meter.amcdId;
}

export function newModuleId(meter: Meter): string {
  return `${meter.amcdId}B`;
}

/** Field 14 still says how many there were. */
function withoutLastTriple(text: string): string {
  return text.split(',').slice(0, -3).join(',');
}

function futureLine(meter: Meter): string {
  const end = startOfDay(FUTURE_STAMP.day + 1) + 9 * HOUR_MS;
  return line(meter, FUTURE_STAMP.day, 'KWH', 60, [{ end, flag: 'R', value: '0.500' }], 'OK');
}

function strangerLines(): string[] {
  return STRANGERS.meterIds.map((device, n) => {
    const triples = Array.from({ length: MINUTES_PER_DAY / 60 }, (_, i) => {
      const end = i === 0 ? intervalEnd(STRANGERS.day, 0, 60) : null;
      return { end, flag: 'R', value: milliText(200 + 10 * i + n) };
    });
    const recordedAt = startOfDay(STRANGERS.day + 1) + 2 * HOUR_MS;
    return formatCmepLine({
      sender: 'NA1',
      device,
      units: 'KWH',
      intervalMinutes: 60,
      triples,
      recordedAt,
    });
  });
}
