/**
 * Which intervals must have a value: an installation covers part of it, the SDP is neither INACTIVE nor
 * RETIRED on its day, and the meter's version lists the channel.
 */
import { DAY_MS, MINUTE_MS, startOfDay } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';
import { inForceOn, isBillable } from './sdp-facts.js';
import type { Channel, Installation, MeterVersion, SdpFacts } from './sdp-facts.js';

/** All, none, or one byte an interval (1 = expected). */
export type Expected = 'ALL' | 'NONE' | Uint8Array;

function end(installation: Installation): Instant {
  return installation.toMs ?? Infinity;
}

function touches(installation: Installation, from: Instant, to: Instant): boolean {
  return installation.fromMs < to && end(installation) > from;
}

/** The installations that cover any part of a day. */
export function installationsOn(facts: SdpFacts, day: EstDay): Installation[] {
  const from = startOfDay(day);
  return facts.installations.filter((one) => touches(one, from, from + DAY_MS));
}

/** The meter's version in force at an instant; before its first, the first: it starts inside an interval. */
export function meterAt(installation: Installation, at: Instant): MeterVersion | null {
  const { meter } = installation;
  for (let i = meter.length - 1; i >= 0; i--) {
    if (meter[i]!.fromMs <= at) return meter[i]!;
  }
  return meter[0] ?? null;
}

/** Versions of the installed meters that are in force on some part of the day. */
function metersOn(installations: readonly Installation[], day: EstDay): MeterVersion[] {
  const found: MeterVersion[] = [];
  for (const one of installations) {
    const from = Math.max(startOfDay(day), one.fromMs);
    const to = Math.min(startOfDay(day) + DAY_MS, end(one));
    const first = meterAt(one, from);
    if (first !== null) found.push(first);
    found.push(...one.meter.filter((version) => version.fromMs > from && version.fromMs < to));
  }
  return found;
}

/** The length in which a day is kept: the longest of that day; null without a meter. */
export function dayLength(installations: readonly Installation[], day: EstDay): number | null {
  let longest: number | null = null;
  for (const version of metersOn(installations, day)) {
    if (longest === null || version.minutes > longest) longest = version.minutes;
  }
  return longest;
}

/** Whether one meter version holds from the first to the last moment of the day. */
function isWholeDay(one: Installation, day: EstDay): boolean {
  const from = startOfDay(day);
  if (one.fromMs > from || end(one) < from + DAY_MS) return false;
  return !one.meter.some((version) => version.fromMs > from && version.fromMs < from + DAY_MS);
}

/** The expected intervals of a channel and day, in intervals of `minutes`. */
export function expectedOn(
  facts: SdpFacts,
  installations: readonly Installation[],
  day: EstDay,
  channel: Channel,
  minutes: number,
): Expected {
  const status = inForceOn(facts.sdp, day);
  if (status === null || !isBillable(status.value.status)) return 'NONE';
  if (installations.length === 0) return 'NONE';
  if (installations.length === 1 && isWholeDay(installations[0]!, day)) {
    const meter = meterAt(installations[0]!, startOfDay(day));
    return meter?.channels.includes(channel) ? 'ALL' : 'NONE';
  }
  return mask(installations, day, channel, minutes);
}

function mask(
  installations: readonly Installation[],
  day: EstDay,
  channel: Channel,
  minutes: number,
): Expected {
  const bytes = new Uint8Array(1440 / minutes);
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    const from = startOfDay(day) + i * minutes * MINUTE_MS;
    const to = from + minutes * MINUTE_MS;
    const expected = installations.some(
      (one) =>
        touches(one, from, to) &&
        meterAt(one, Math.max(from, one.fromMs))?.channels.includes(channel),
    );
    if (expected) {
      bytes[i] = 1;
      count++;
    }
  }
  if (count === 0) return 'NONE';
  return count === bytes.length ? 'ALL' : bytes;
}
