/** `npm run bench:parse`: the CMEP reader against the plainest way to read the same bytes. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CmepReader } from '@mdmr/formats';
import { machine } from './machine.js';
import { paceJson, paceOf } from './pace.js';
import { runBench, type Outcome } from './run-bench.js';
import { rounded, table } from './table.js';

const COMMAND = path.resolve(import.meta.dirname, '../../mdmr/dist/main.js');
const DAY = '2026-05-01';
const CHUNK = 64 * 1024;
const COUNT = 13;
const FIRST_VALUE = 16;
/** Thousandths in a unit of 10^-scale. */
const THOUSANDTHS = [1000, 100, 10, 1];

await runBench(
  {
    command: 'bench:parse',
    about:
      'Reads a day of CMEP from memory: every field checked, every value as a number.\n' +
      'Baseline: split() at line ends and commas, parseFloat() of the values, no checks.',
    numbers: { sdps: { about: 'service points', otherwise: 4_000 } },
  },
  benchParse,
);

async function benchParse({ sdps }: { sdps: number }): Promise<Outcome> {
  const bytes = simulated(sdps);
  const values = countValues(bytes);
  if (Math.abs(read(bytes) / 1000 - readPlainly(bytes)) > 0.5) throw new Error('the sums differ');
  const own = paceOf(values, () => read(bytes));
  const plain = paceOf(values, () => readPlainly(bytes));
  const bytesPerValue = bytes.length / values;
  const row = (name: string, rate: number) => [name, rate, (rate * bytesPerValue) / 1e6];
  const ratio = own.perCpuS / plain.perCpuS;
  const json = {
    sdps,
    bytes: bytes.length,
    values,
    intervals_per_s_per_core: Math.round(own.perCpuS),
    mb_per_s: rounded((own.perCpuS * bytesPerValue) / 1e6, 1),
    reader: paceJson(own),
    baseline: paceJson(plain),
    ratio: rounded(ratio),
    machine: machine(),
  };
  const rows = [
    row('CMEP reader', own.perCpuS),
    row('split and parseFloat', plain.perCpuS),
    ['ratio', ratio, null],
  ];
  return { json, text: table(['', 'values/s/core', 'MB/s/core'], rows) };
}

/** The reads of one day, as `mdmr simulate` writes them. */
function simulated(sdps: number): Buffer {
  const out = mkdtempSync(path.join(os.tmpdir(), 'mdmr-bench-'));
  try {
    const numbers = ['--ldcs', '1', '--sdps', String(sdps), '--days', '1', '--seed', '7'];
    const args = [COMMAND, 'simulate', ...numbers, '--from', DAY, '--out', out];
    execFileSync(process.execPath, args, { stdio: 'pipe' });
    return readFileSync(path.join(out, 'LDC01', DAY, `SIMAMI_CMEP_LDC01-${DAY}.cmep`));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function countValues(bytes: Buffer): number {
  const lines = bytes.toString('latin1').split('\n').slice(0, -1);
  return lines.reduce((sum, line) => sum + Number(line.split(',', COUNT + 1)[COUNT]), 0);
}

/** Sum of all values in thousandths. */
function read(bytes: Buffer): number {
  const reader = new CmepReader();
  let sum = 0;
  const take = () => {
    for (let line = reader.next(); line !== null; line = reader.next()) {
      if (line.reason !== null) throw new Error(`line ${line.line}: ${line.reason}`);
      for (let i = 0; i < line.count; i += 1) {
        sum += line.amounts[i]! * THOUSANDTHS[line.scales[i]!]!;
      }
    }
  };
  for (let at = 0; at < bytes.length; at += CHUNK) {
    reader.push(bytes.subarray(at, at + CHUNK));
    take();
  }
  reader.finish();
  take();
  return sum;
}

function readPlainly(bytes: Buffer): number {
  let sum = 0;
  for (const line of bytes.toString('latin1').split('\n')) {
    const fields = line.split(',');
    for (let i = FIRST_VALUE; i < fields.length; i += 3) sum += parseFloat(fields[i]!);
  }
  return sum;
}
