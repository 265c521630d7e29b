/** The fast parser against a plain one, and against hostile bytes. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  MINUTE_MS,
  decimalToString,
  intervalIndex,
  parseDecimal,
  parseInstant,
  startOfDay,
} from '@mdmr/kernel';
import { anyPlaces, cutAt, drain, hostileBytes } from '../spec-support/chunks.js';
import { CmepFlag } from './cmep-line.js';
import type { CmepLine } from './cmep-line.js';
import { CmepReader } from './cmep-reader.js';
import { cmepUnits } from './cmep-units.js';
import { formatCmepLine } from './cmep-writer.js';
import type { CmepLineInput } from './cmep-writer.js';
import { scanFile } from '../files/scan-file.js';

function copyOf(line: CmepLine): unknown {
  const { reason, count } = line;
  return {
    line: line.line,
    reason,
    values: line.values,
    texts: [line.sender, line.receiverCustomer, line.device, line.purpose, line.units],
    ends: reason === null ? [...line.ends.slice(0, count)] : [],
    values_:
      reason === null
        ? Array.from({ length: count }, (_, i) => decimalToString(line.decimal(i)))
        : [],
    masks: reason === null ? Array.from({ length: count }, (_, i) => line.mask(i)) : [],
    flags: reason === null ? [...line.flags.slice(0, count)] : [],
  };
}

function readAll(chunks: Buffer[]): unknown[] {
  const seen: unknown[] = [];
  drain(new CmepReader(), chunks, (line) => (seen.push(copyOf(line)), line));
  return seen;
}

/** What a line is, read the plain way; only for lines without quotes, hashes and constants. */
function plainReason(text: string): string | null {
  const fields = text.split(',');
  if (fields[0] !== 'MEPMD01' || [...text].length > 2048) return 'NOT_CMEP';
  if ([1, 2, 7, 8, 9, 10, 12, 13].some((i) => !fields[i])) return 'NOT_CMEP';
  const count = /^\d+$/.test(fields[13]!) ? Number(fields[13]) : 0;
  if (count < 1 || count > 48) return 'NOT_CMEP';
  if (fields.length !== 14 + 3 * count) return 'COUNT_MISMATCH';
  if (!['OK', 'RESEND'].includes(fields[8]!)) return 'PURPOSE_NOT_LOADED';
  const units = cmepUnits(fields[10]!);
  if (units === null) return 'UNKNOWN_UNIT';
  const [, days, hours, minutes] = /^00(\d\d)([01]\d|2[0-3])([0-5]\d)$/.exec(fields[12]!) ?? [];
  const interval = Number(days) * 1440 + Number(hours) * 60 + Number(minutes);
  const step = units.register ? 0 : interval || 0;
  const ends = plainEnds(fields, step, units.register);
  const offGrid = (end: number): boolean => step > 0 && intervalIndex(end, step) < 0;
  if (ends.some((end) => Number.isNaN(end) || offGrid(end))) return 'BAD_TIMESTAMP';
  const bad = fields.slice(14).some((field, i) => {
    if (i % 3 === 1) return !/^([RAEN]\d*)?$/.test(field);
    if (i % 3 === 0 || (field === '' && fields[13 + i]![0] === 'N')) return false;
    return parseDecimal(field, { exponent: true }) === null;
  });
  const badInterval = !units.register && step === 0;
  return bad || badInterval || fields[9] !== 'E' ? 'BAD_VALUE' : null;
}

function plainEnds(fields: string[], step: number, register: boolean): number[] {
  const ends: number[] = [];
  for (let i = 14; i < fields.length; i += 3) {
    const text = fields[i]!;
    if (text === '') {
      ends.push(register ? Number.NaN : (ends.at(-1) ?? Number.NaN) + step * MINUTE_MS);
      continue;
    }
    const iso = text.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:00-05:00');
    const midnight = iso.includes('T24:00') ? 86_400_000 : 0;
    ends.push((parseInstant(iso.replace('T24:00', 'T00:00')) ?? Number.NaN) + midnight);
  }
  return ends;
}

const flag = fc.constantFrom('', 'R', 'E', 'A', 'N', 'R0400', 'N7');
const minutes = fc.constantFrom(5, 15, 30, 60);
const goodLine: fc.Arbitrary<CmepLineInput> = fc
  .record({
    minutes,
    day: fc.integer({ min: 13_000, max: 24_000 }),
    first: fc.nat(287),
    device: fc.stringMatching(/^[A-Za-z0-9\-_.:]{1,20}$/),
    units: fc.constantFrom('KWH', 'GKWH', 'KVARH', 'KWHREG'),
    values: fc.array(
      fc.record({ flag, value: fc.stringMatching(/^-?\d{1,6}\.\d{1,4}$/), explicit: fc.boolean() }),
      { minLength: 1, maxLength: 48 },
    ),
  })
  .map(({ minutes: length, day, first, device, units, values }) => {
    const register = units.endsWith('REG');
    const start = startOfDay(day) + (first % (1440 / length)) * length * MINUTE_MS;
    return {
      sender: 'NA1',
      device,
      units,
      intervalMinutes: length,
      recordedAt: start,
      triples: values.map(({ explicit, ...rest }, i) => ({
        ...rest,
        end: explicit || i === 0 || register ? start + (i + 1) * length * MINUTE_MS : null,
      })),
    };
  });

describe('CMEP lines', () => {
  it('are written and read back', () => {
    fc.assert(
      fc.property(goodLine, (input) => {
        const reader = new CmepReader();
        reader.push(Buffer.from(`${formatCmepLine(input)}\r\n`));
        const line = reader.next()!;
        expect([line.reason, line.count, line.device]).toEqual([
          null,
          input.triples.length,
          input.device,
        ]);
        const step = input.intervalMinutes * MINUTE_MS;
        input.triples.forEach(({ flag: text, value }, i) => {
          expect(line.ends[i]).toBe(input.triples[0]!.end! + i * step);
          expect(line.mask(i)).toBe(text.slice(1));
          if (line.flags[i] === CmepFlag.NO_VALUE) return;
          expect(line.decimal(i)).toEqual(parseDecimal(value));
        });
      }),
    );
  });

  it('are judged as the plain reader judges them, also when a field is changed', () => {
    const odd = fc.oneof(
      fc.constantFrom(
        '',
        '0',
        '1',
        '48',
        '49',
        'OK',
        'HIST',
        'E',
        'N',
        'R1x',
        'KWH',
        'KWHREG',
        'X',
        '00000100',
        '00000013',
        '202607021800',
        '202607022400',
        '202602300000',
        '202607021807',
        '-1.5',
        '1e3',
        '1..2',
        'MEPMD01',
      ),
      fc.stringMatching(/^[0-9A-Z.]{0,13}$/).filter((text) => !/H[0-9A-F]{4}$/.test(text)),
    );
    fc.assert(
      fc.property(goodLine, fc.nat(), odd, fc.boolean(), (input, at, text, shift) => {
        const fields = formatCmepLine(input).split(',');
        const i = at % fields.length;
        if (i === 11) return; // the constant has tests of its own
        if (shift) fields.splice(i, 1);
        else fields[i] = text;
        if (fields[11] !== '1' && fields.length > 11) return;
        const reader = new CmepReader();
        reader.push(Buffer.from(`${fields.join(',')}\n`));
        expect(reader.next()!.reason).toBe(plainReason(fields.join(',')));
      }),
      { numRuns: 2000 },
    );
  });

  it('are read the same whatever the chunks, and no bytes make the reader fail', () => {
    const files = fc.oneof(
      hostileBytes,
      fc
        .array(goodLine, { maxLength: 5 })
        .map((lines) => Buffer.from(lines.map((input) => `${formatCmepLine(input)}\n`).join(''))),
    );
    fc.assert(
      fc.property(files, anyPlaces, (bytes, places) => {
        expect(readAll(cutAt(bytes, places))).toEqual(readAll([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it('count what the scan of the file counts', async () => {
    await fc.assert(
      fc.asyncProperty(hostileBytes, async (bytes) => {
        const found = await scanFile([bytes]);
        if (found.format !== 'CMEP' || found.troubles.length > 0) return;
        let values = 0;
        drain(new CmepReader(), [bytes], (line) => ((values += line.values), line));
        expect(values).toBe(found.values);
      }),
      { numRuns: 500 },
    );
  });
});
