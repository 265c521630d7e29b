import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseEstDay } from '@mdmr/kernel';
import {
  USDP_RSP,
  findKind,
  isFieldValue,
  kindFileBytes,
  parseCsvLine,
  type KindDef,
} from '@mdmr/formats';
import { finish } from './finish.js';
import { makePopulation } from './population.js';
import { readLines, startRegisters } from './reads.js';
import { simulate } from './simulate.js';

let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'mdmr-simulate-'));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const FROM = '2026-07-01';

/** Values in thousandths by meter and channel, from the file's own text. */
function totals(lines: Iterable<string>): Map<string, { sum: number; register: number | null }> {
  const all = new Map<string, { sum: number; register: number | null }>();
  for (const line of lines) {
    const fields = line.split(',');
    const [meter, units] = [fields[7]!, fields[10]!];
    const key = `${meter}/${units.replace(/REG$/, '')}`;
    const entry = all.get(key) ?? { sum: 0, register: null };
    for (let i = 14; i < fields.length; i += 3) {
      const milli = Math.round(Number(fields[i + 2]) * 1000);
      if (units.endsWith('REG')) entry.register = milli;
      else entry.sum += milli;
    }
    all.set(key, entry);
  }
  return all;
}

describe('simulated reads', () => {
  it('have registers that agree with their intervals, day after day', () => {
    const seeds = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 12 }), (seed, sdps) => {
        const population = makePopulation({ seed, ldc: 'L', sdps, from: FROM, days: 3 });
        const registers = startRegisters(population);
        const shown = new Map<string, number>();
        const byMeter = new Map(population.points.map((point) => [point.meter_id, point]));
        for (let day = parseEstDay(FROM)!; day < parseEstDay(FROM)! + 3; day += 1) {
          const lines = readLines({ population, day, missingPermille: 0, registers });
          for (const [key, { sum, register }] of totals(lines)) {
            const point = byMeter.get(key.split('/')[0]!)!;
            const before = shown.get(key) ?? point.start_milli[key.split('/')[1]!]!;
            const unit = 10 ** (3 - point.register_decimals);
            expect(Math.abs(register! - before - sum)).toBeLessThan(unit);
            shown.set(key, register!);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('lack intervals where told, and no register', () => {
    const population = makePopulation({ seed: 3, ldc: 'L', sdps: 40, from: FROM, days: 1 });
    const day = parseEstDay(FROM)!;
    const full = { population, day, missingPermille: 0 };
    const all = [...readLines({ ...full, registers: startRegisters(population) })];
    const some = [
      ...readLines({ ...full, missingPermille: 500, registers: startRegisters(population) }),
    ];
    const registersOf = (lines: string[]) => lines.filter((line) => line.includes('REG,'));
    expect(registersOf(some)).toEqual(registersOf(all));
    expect(some.join().length).toBeLessThan(all.join().length);
  });
});

describe('simulate', () => {
  const options = { ldcs: 2, sdps: 30, days: 2, from: FROM, seed: 11 };

  it('writes the same bytes for the same seed, others for another', () => {
    const bytes = (out: string, seed: number) => {
      const made = simulate({ ...options, seed, out: join(scratch, out) });
      const paths = made.flatMap(({ files }) => files);
      return paths.map((path) => `${path}\n${readFileSync(join(scratch, out, path), 'utf8')}`);
    };
    const first = bytes('a', 11);
    expect(bytes('b', 11)).toEqual(first);
    expect(bytes('c', 12)).not.toEqual(first);
  });

  it('finishes with what needs USDP IDs: six parts and a request, all of good form', async () => {
    const out = join(scratch, 'finish');
    simulate({ ...options, out });
    const response = join(scratch, 'response.csv');
    const points = makePopulation({ ...options, ldc: 'LDC02' }).points;
    const records = points.map(({ sdp_id }, i) => {
      const values = { sdp_id, usdp_id: String(4_071_829_533 + i), assigned_at: 0 };
      return { type: 'SDP', values };
    });
    const extra = { request_file_id: 'LDC02-U-1' };
    const header = { sender: 'MDMR', onBehalfOf: 'LDC02', fileId: 'F1', createdAt: 0, extra };
    writeFileSync(response, kindFileBytes(USDP_RSP, header, records));

    const { files, ldc, sdps } = await finish(response, out);
    expect([ldc, sdps]).toEqual(['LDC02', 30]);
    expect(files).toHaveLength(7);
    for (const file of files) checkForm(readFileSync(join(out, file), 'utf8'));
  });

  it('takes nothing else for a response', async () => {
    const path = join(scratch, 'other.csv');
    writeFileSync(path, 'HDR,BQ-RSP,1,MDMR,L,F,x\nTRL,0\n');
    await expect(finish(path, scratch)).rejects.toThrow(/is not a USDP-RSP file/);
  });
});

/** Every mandatory field is there and every value has the form of its type. */
function checkForm(text: string): void {
  const [header, ...rest] = text.trimEnd().split('\n').map(fieldsOf);
  const kind = findKind(header![1]!)!;
  expect(rest.pop()).toEqual(['TRL', String(rest.length)]);
  checkFields(kind.header, header!.slice(7));
  for (const [type, ...fields] of rest) {
    checkFields(kind.records.find((record) => record.type === type)!.fields, fields);
  }
}

function fieldsOf(line: string): string[] {
  const fields = parseCsvLine(line);
  if (typeof fields === 'string') throw new Error(`${fields}: ${line}`);
  return fields;
}

function checkFields(defs: KindDef['header'], fields: string[]): void {
  expect(fields.length).toBeLessThanOrEqual(defs.length);
  defs.forEach(({ name, type, mandatory }, i) => {
    const text = fields[i] ?? '';
    expect([name, text === '' ? !mandatory : isFieldValue(type, text)]).toEqual([name, true]);
  });
}
