/** Why a delivered quantity would be another one now. */
import type { EstDay } from '@mdmr/kernel';
import type { ChangedQuantity } from './compare-delivery.js';
import type { SourceVersion } from './delivery.js';
import { channelDayKey } from './delivery.js';
import type { Channel } from './sdp-facts.js';

/** In the order in which they are joined. */
export const CAUSES = [
  'LATE_DATA',
  'EDIT',
  'DIRECTORY_CHANGED',
  'CALENDAR_CHANGED',
  'PRICE_DATE',
] as const;
export type Cause = (typeof CAUSES)[number];

/** The newest version of a channel day that had each of VEE's causes; 0 = none had. */
export interface CauseMarks {
  version: number;
  read: number;
  edit: number;
  directory: number;
}

export interface CauseInputs {
  /** What the delivery was made from, and what it would be made from now. */
  before: readonly SourceVersion[];
  after: readonly SourceVersion[];
  marks: (channel: Channel, day: EstDay) => CauseMarks | undefined;
  /** Whether a day says the same as the version delivered, states apart. */
  isSameDay: (channel: Channel, day: EstDay, version: number) => boolean;
  /** Whether a price date of the calendar, in only one of the two versions, bounds the segment. */
  isPriceDate: (day: EstDay) => boolean;
}

/** Whether a calendar that both sides used has another version. */
function isOtherCalendar(
  before: readonly SourceVersion[],
  after: readonly SourceVersion[],
): boolean {
  const calendars = after.filter((source) => source.kind === 'CALENDAR');
  return before.some(
    (source) =>
      source.kind === 'CALENDAR' &&
      calendars.some((one) => one.key === source.key && one.version !== source.version),
  );
}

function versionsOf(sources: readonly SourceVersion[], kind: SourceVersion['kind']): string {
  return sources
    .filter((source) => source.kind === kind)
    .map((source) => `${source.key} ${source.version}`)
    .sort()
    .join('\n');
}

function fromChannelDays(changed: ChangedQuantity, inputs: CauseInputs): Set<Cause> {
  const causes = new Set<Cause>();
  const delivered = new Map(
    inputs.before.filter((s) => s.kind === 'CHANNEL_DAY').map((s) => [s.key, Number(s.version)]),
  );
  const { channel } = changed;
  for (let day = changed.startDay; day < changed.endDay; day++) {
    const marks = inputs.marks(channel, day);
    const version = delivered.get(channelDayKey(channel, day)) ?? 0;
    if (marks === undefined || marks.version <= version) continue;
    // What went back to the delivered values went back because of these days.
    if (changed.change !== 'REVERTED' && inputs.isSameDay(channel, day, version)) continue;
    if (marks.read > version) causes.add('LATE_DATA');
    if (marks.edit > version) causes.add('EDIT');
    if (marks.directory > version) causes.add('DIRECTORY_CHANGED');
  }
  return causes;
}

function isOtherPlan({ delivered, now }: ChangedQuantity): boolean {
  if (delivered === null || now === null) return true;
  return (
    delivered.accountRef !== now.accountRef ||
    delivered.framing !== now.framing ||
    delivered.calendarId !== now.calendarId
  );
}

/** The causes of one row, `+`-joined in their order; what no version explains came with the data. */
export function causeOf(changed: ChangedQuantity, inputs: CauseInputs): string {
  const causes = fromChannelDays(changed, inputs);
  const directory =
    versionsOf(inputs.before, 'DIRECTORY') !== versionsOf(inputs.after, 'DIRECTORY');
  const calendar = isOtherCalendar(inputs.before, inputs.after);
  const bounds = inputs.isPriceDate(changed.startDay) || inputs.isPriceDate(changed.endDay);
  if (isOtherPlan(changed) || causes.size === 0) {
    if (directory) causes.add('DIRECTORY_CHANGED');
    if (calendar) causes.add(bounds ? 'PRICE_DATE' : 'CALENDAR_CHANGED');
  }
  // Neither data nor directory nor calendar: the LDC has changed whether price dates split.
  if (causes.size === 0 && bounds) causes.add('PRICE_DATE');
  if (causes.size === 0) causes.add('LATE_DATA');
  return CAUSES.filter((cause) => causes.has(cause)).join('+');
}
