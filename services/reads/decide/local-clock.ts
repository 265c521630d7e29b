import {
  MINUTES_PER_DAY,
  MINUTE_MS,
  civilParts,
  clockChangeDays,
  startOfDay,
  type EstDay,
  type Instant,
} from '@mdmr/kernel';

/** The hour of a clock-change date that a meter on local time lacks, or has twice. */
const SPRING_HOUR = 2;
const AUTUMN_HOUR = 1;

type Change = 'SPRING' | 'AUTUMN';

const byYear = new Map<number, { spring: EstDay; autumn: EstDay } | null>();

/** An end stamp and the day of its interval. */
export interface DayStamp {
  readonly day: EstDay;
  readonly endMs: Instant;
}

let lastDay: EstDay | null = null;
let lastChange: Change | null = null;

/** Which clock change falls on the date, if any. Every line asks, mostly for the same date. */
export function clockChangeOn(day: EstDay): Change | null {
  if (day !== lastDay) {
    lastChange = findChange(day);
    lastDay = day;
  }
  return lastChange;
}

function findChange(day: EstDay): Change | null {
  const { year } = civilParts(day);
  let days = byYear.get(year);
  if (days === undefined) byYear.set(year, (days = clockChangeDays(year, 'EASTERN')));
  if (days?.spring === day) return 'SPRING';
  return days?.autumn === day ? 'AUTUMN' : null;
}

/** End stamps of one device, channel and length on a date, with how often each was carried. */
type Stamps = Map<Instant, number>;

interface HeadEndScan {
  readonly devices: Set<string>;
  /** By date, device, then channel and length. */
  readonly dates: Map<EstDay, Map<string, Map<string, Stamps>>>;
}

/**
 * Looks at a whole file for head-ends that stamp in local time. Feed it every interval line that is
 * sound so far; then ask for the dates.
 */
export class LocalClockScan {
  private readonly headEnds = new Map<string, HeadEndScan>();

  /** @param stamps end stamps in EST instants, repeats included; empty for register lines */
  addLine(
    amccId: string,
    deviceId: string,
    channel: string,
    intervalMinutes: number,
    stamps: readonly DayStamp[],
  ): void {
    let scan = this.headEnds.get(amccId);
    if (!scan) this.headEnds.set(amccId, (scan = { devices: new Set(), dates: new Map() }));
    scan.devices.add(deviceId);
    if (intervalMinutes === 0) return;
    for (const { day, endMs } of stamps) {
      if (!clockChangeOn(day)) continue;
      const devices = child(scan.dates, day, () => new Map<string, Map<string, Stamps>>());
      const tracks = child(devices, deviceId, () => new Map<string, Stamps>());
      const counts = child(tracks, `${channel}\n${intervalMinutes}`, () => new Map());
      counts.set(endMs, (counts.get(endMs) ?? 0) + 1);
    }
  }

  /**
   * Dates on which at least `share` of the file's meters of a head-end show local time, by AMCC.
   */
  verdict(share: number): Map<string, Set<EstDay>> {
    const found = new Map<string, Set<EstDay>>();
    for (const [amccId, scan] of this.headEnds) {
      for (const [day, devices] of scan.dates) {
        let local = 0;
        for (const tracks of devices.values()) if (isLocal(day, tracks)) local++;
        if (local === 0 || local < share * scan.devices.size) continue;
        child(found, amccId, () => new Set<EstDay>()).add(day);
      }
    }
    return found;
  }
}

function child<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** Every channel of the meter that has values on the date shows the same hour lacking, or twice. */
function isLocal(day: EstDay, tracks: ReadonlyMap<string, Stamps>): boolean {
  for (const [name, stamps] of tracks) {
    const minutes = Number(name.slice(name.indexOf('\n') + 1));
    if (!showsLocalClock(day, minutes, stamps)) return false;
  }
  return true;
}

/**
 * The day is whole, but for exactly the hour that local clocks skip in spring or repeat in autumn.
 */
function showsLocalClock(day: EstDay, minutes: number, stamps: Stamps): boolean {
  const change = clockChangeOn(day);
  if (60 % minutes !== 0) return false;
  const hour = change === 'SPRING' ? SPRING_HOUR : AUTUMN_HOUR;
  const oddTimes = change === 'SPRING' ? 0 : 2;
  for (let minute = minutes; minute <= MINUTES_PER_DAY; minute += minutes) {
    const isOddHour = minute > hour * 60 && minute <= hour * 60 + 60;
    const times = stamps.get(startOfDay(day) + minute * MINUTE_MS) ?? 0;
    if (times !== (isOddHour ? oddTimes : 1)) return false;
  }
  return true;
}
