/** The suite's clock. Nothing else in the suite asks the machine for the time. */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { Defect, Fault, Rejection } from './errors.js';
import type { Instant } from './est-time.js';

export interface Clock {
  now(): Instant;
}

/** A clock that also knows how far windows (as opposed to schedules) may be worked off. */
export interface HubClock extends Clock {
  /** min(now, the limit that a clock advance in progress has set). */
  windowsNow(): Instant;
}

/** The state of a driven clock: hub now = base_hub_ms + (system now - base_system_ms). */
export interface ClockState {
  base_hub_ms: Instant;
  base_system_ms: number;
  /** Windows end only up to here while the clock is being advanced; null = no limit. */
  windows_until_ms: Instant | null;
}

const STAT_EVERY_MS = 20;

/** Milliseconds of the machine's clock. For clocks and for nothing else. */
export function systemNowMs(): number {
  return Date.now();
}

/** The machine's clock. */
export function systemClock(): HubClock {
  return { now: systemNowMs, windowsNow: systemNowMs };
}

/** A clock that a test moves by hand. */
export interface ManualClock extends HubClock {
  set(instant: Instant): void;
  advance(ms: number): void;
}

export function manualClock(start: Instant): ManualClock {
  let current = start;
  return {
    now: () => current,
    windowsNow: () => current,
    set: (instant) => void (current = instant),
    advance: (ms) => void (current += ms),
  };
}

/** Hub time of a state; without a state the system's. */
export function hubNow(state: ClockState | null, systemNow: number): Instant {
  return state === null ? systemNow : state.base_hub_ms + (systemNow - state.base_system_ms);
}

/**
 * A clock whose state is a small JSON file, shared by all processes of a hub. It is looked at again
 * at most every 20 ms. Without a file it is the system's clock. A file that cannot be read is a
 * Fault, one that makes no sense a Defect.
 */
export function fileClock(path: string, system: () => number = systemNowMs): HubClock {
  let state: ClockState | null = null;
  let stamp = '';
  let looked = Number.NEGATIVE_INFINITY;
  const refresh = (systemNow: number): void => {
    // Also when the system's clock was set back, else the state would be stale until it caught up.
    if (systemNow >= looked && systemNow - looked < STAT_EVERY_MS) return;
    looked = systemNow;
    const seen = stampOf(path);
    if (seen === stamp) return;
    state = seen === '' ? null : readClockState(path);
    stamp = seen;
  };
  const now = (): Instant => {
    const systemNow = system();
    refresh(systemNow);
    return hubNow(state, systemNow);
  };
  const windowsNow = (): Instant => {
    const instant = now();
    return Math.min(instant, state?.windows_until_ms ?? instant);
  };
  return { now, windowsNow };
}

/** What tells one version of the file from the next; empty if there is none. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? '' : `${stat.mtimeNs}/${stat.ino}/${stat.size}`;
}

/** The state in the file, null if there is none. */
export function readClockState(path: string): ClockState | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Fault('CLOCK_UNREADABLE', `cannot read the clock ${path}`, { cause: error });
  }
  return parseClockState(text, path);
}

function parseClockState(text: string, path: string): ClockState {
  let value: Partial<ClockState> | null = null;
  try {
    value = JSON.parse(text) as Partial<ClockState> | null;
  } catch (error) {
    throw new Defect('CLOCK_MALFORMED', `the clock ${path} is not JSON`, { cause: error });
  }
  const until = value?.windows_until_ms ?? null;
  const valid =
    Number.isSafeInteger(value?.base_hub_ms) &&
    Number.isSafeInteger(value?.base_system_ms) &&
    (until === null || Number.isSafeInteger(until));
  if (!valid) throw new Defect('CLOCK_MALFORMED', `the clock ${path} lacks its fields`);
  return {
    base_hub_ms: value!.base_hub_ms!,
    base_system_ms: value!.base_system_ms!,
    windows_until_ms: until,
  };
}

/** Writes the state so that a reader sees the old or the new one, never a part. */
export function writeClockState(path: string, state: ClockState): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w');
  try {
    writeSync(file, `${JSON.stringify(state)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/**
 * The state of a clock that stands at `to` now and runs on from there. Windows are held back at
 * `windowsUntil`, null lets them follow the clock. Backward is a Rejection `CLOCK_BACKWARD`.
 */
export function advanceClockState(
  state: ClockState | null,
  systemNow: number,
  to: Instant,
  windowsUntil: Instant | null = null,
): ClockState {
  if (to < hubNow(state, systemNow)) {
    throw new Rejection('CLOCK_BACKWARD', 'the clock only goes forward');
  }
  return { base_hub_ms: to, base_system_ms: systemNow, windows_until_ms: windowsUntil };
}

/** The same clock with another limit for windows. */
export function withWindowsUntil(state: ClockState, until: Instant | null): ClockState {
  return { ...state, windows_until_ms: until };
}
