import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cmepLines } from './check/cmep.js';
import { faultText, planOf } from './plan.js';
import { World } from './world.js';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(path.join(os.tmpdir(), 'mdmr-chaos-spec-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('a seed', () => {
  it('means the same plan and the same files each time', () => {
    expect(planOf(7)).toEqual(planOf(7));
    expect(planOf(8)).not.toEqual({ ...planOf(7), seed: 8 });
    const files = (folder: string) => new World(planOf(7), path.join(scratch, folder)).reads;
    expect(files('a')).toEqual(files('b'));
  });

  it('brings every kind of fault to every target, over many of them', () => {
    const seeds = Array.from({ length: 400 }, (_, seed) => planOf(seed));
    const kinds = new Set(
      seeds.flatMap(({ faults }) => faults.map(({ fault }) => faultText(fault))),
    );
    for (const one of [
      'kill supervisor',
      'kill postgres',
      'kill kafka',
      'full spool',
      'zombie vee',
    ]) {
      expect([...kinds]).toContain(one);
    }
    for (const service of ['gateway', 'participants', 'usdp', 'mmd', 'reads', 'vee', 'billing']) {
      const wanted = ['kill', 'pause'].map((kind) => `${kind} ${service}`);
      const cuts = ['backends', 'postgres', 'kafka'].map((side) => `cut ${service}-${side}`);
      expect([...kinds]).toEqual(expect.arrayContaining([...wanted, ...cuts]));
    }
  });

  it('has gaps, corrections, late values, bad lines and held meters in its files', () => {
    const plan = { ...planOf(3), missingPermille: 200, days: 8 };
    const { reads } = new World(plan, path.join(scratch, 'rich'));
    const lines = reads.flatMap(({ text }) => cmepLines(text));
    expect(lines.some(({ rejected }) => rejected !== null)).toBe(true);
    expect(reads.some(({ text }) => text.includes(',RESEND,'))).toBe(true);
    const once = new Set<string>();
    const again = lines.flatMap(({ meter, channel, isRegister, values }) =>
      values.filter(({ end }) => {
        const key = [meter, channel, isRegister, end.day, end.minute].join();
        const known = once.has(key);
        once.add(key);
        return known;
      }),
    );
    expect(again.length).toBeGreaterThan(0);
    expect(new Set(reads.map(({ name }) => name)).size).toBe(reads.length);
  });
});
