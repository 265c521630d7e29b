import { describe, expect, it } from '@jest/globals';
import { forEachCmepLine } from '@mdmr/formats';
import { AMCCS, makeCast } from './cast.js';
import { FIELD_DAY, FIRST_DAY, LAST_DAY } from './dates.js';
import { STRANGERS, WRONG_COUNT, sentDay } from './incidents.js';
import { Metering } from './metering.js';
import {
  adjustedDayFile,
  countAgainFile,
  dayFile,
  memoryDumpFile,
  type SentFile,
} from './read-files.js';

const metering = new Metering(makeCast());

interface Seen {
  reason: string | null;
  device: string;
  other: string;
  channel: string;
  register: boolean;
  milli: number[];
  ends: number[];
}

async function linesOf(file: SentFile): Promise<Seen[]> {
  const lines: Seen[] = [];
  await forEachCmepLine([file.content], {}, (line) => {
    const { reason, device, receiverCustomer, channel, register, count } = line;
    const indexes = Array.from({ length: reason === null ? count : 0 }, (_, i) => i);
    const milli = indexes.map((i) => Math.round(line.amounts[i]! * 10 ** (3 - line.scales[i]!)));
    const ends = indexes.map((i) => line.ends[i]!);
    const other = receiverCustomer;
    lines.push({ reason, device, other, channel: channel!, register, milli, ends });
  });
  return lines;
}

describe('the file of a day', () => {
  it('is read back as what was sent, every day and head-end', async () => {
    for (const day of [FIRST_DAY, FIELD_DAY, LAST_DAY]) {
      for (const amcc of AMCCS) {
        const lines = await linesOf(dayFile(metering, amcc, day));
        expect(lines.every(({ reason }) => reason === null)).toBe(true);
        for (const meter of metering.cast.meters.filter((m) => m.amcc === amcc)) {
          const truth = metering.day(meter, 'KWH', day);
          const mine = lines.filter((l) => l.device === meter.meterId && l.channel === 'KWH');
          const values = mine.filter((l) => !l.register).flatMap((l) => l.milli);
          const sent = truth === undefined ? null : sentDay(meter.measures, day, truth);
          expect(values).toEqual(sent?.values.filter((value) => value !== null) ?? []);
          const registers = mine.filter((l) => l.register).flatMap((l) => l.milli);
          expect(registers).toEqual(sent?.register === null || !sent ? [] : [sent.register]);
        }
      }
    }
  });

  it('carries the mishaps of 4 November', async () => {
    const lines = await linesOf(dayFile(metering, 'NA1', STRANGERS.day));
    const strangers: readonly string[] = STRANGERS.meterIds;
    expect(lines.filter((l) => strangers.includes(l.device)).length).toBe(3);
    expect(lines.filter((l) => l.reason !== null).map((l) => [l.device, l.reason])).toEqual([
      ['MP-M-1022', 'COUNT_MISMATCH'],
    ]);
    const again = await linesOf(countAgainFile(metering));
    expect(again.map((l) => [l.device, l.reason, l.milli.length])).toEqual([
      ['MP-M-1022', null, 24],
    ]);
    expect(WRONG_COUNT.day).toBe(STRANGERS.day);
  });

  it('is the same on every machine', () => {
    const one = dayFile(new Metering(makeCast()), 'NA1', FIELD_DAY).content;
    expect(one.equals(dayFile(metering, 'NA1', FIELD_DAY).content)).toBe(true);
  });
});

describe('what comes beside', () => {
  it('is the memory of four hours and an adjusted day', async () => {
    const [memory] = await linesOf(memoryDumpFile(metering));
    expect([memory!.device, memory!.milli.length]).toEqual(['MP-M-1011', 4]);
    const [adjusted] = await linesOf(adjustedDayFile(metering));
    expect([adjusted!.device, adjusted!.milli.length]).toEqual(['MP-M-1013', 24]);
  });
});
