import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  advanceClockState,
  fileClock,
  hubNow,
  manualClock,
  readClockState,
  systemClock,
  withWindowsUntil,
  writeClockState,
} from './clock.js';
import { Defect, Rejection } from './errors.js';

let folder: string;
let path: string;
let system: number;
const clock = () => fileClock(path, () => system);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clock-'));
  path = join(folder, 'clock.json');
  system = 1_000_000;
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a file clock', () => {
  it('is the clock of the system while there is no file', () => {
    const c = clock();
    expect(c.now()).toBe(1_000_000);
    system += 5;
    expect(c.now()).toBe(1_000_005);
    expect(c.windowsNow()).toBe(1_000_005);
  });

  it('runs on from its base and follows the file', () => {
    writeClockState(path, advanceClockState(null, system, 5_000_000));
    const c = clock();
    expect(c.now()).toBe(5_000_000);
    system += 1000;
    expect(c.now()).toBe(5_001_000);
    writeClockState(path, advanceClockState(readClockState(path), system, 9_000_000, 5_002_000));
    expect(c.now()).toBe(5_001_000);
    system += 20;
    expect(c.now()).toBe(9_000_020);
    expect(c.windowsNow()).toBe(5_002_000);
    writeClockState(path, withWindowsUntil(readClockState(path)!, null));
    system += 20;
    expect(c.windowsNow()).toBe(9_000_040);
  });

  it('looks again when the system was set back', () => {
    const c = clock();
    c.now();
    writeClockState(path, advanceClockState(null, system - 100, 5_000_000));
    system -= 100;
    expect(c.now()).toBe(5_000_000);
  });

  it('never lets windows run ahead of the clock', () => {
    writeClockState(path, advanceClockState(null, system, 5_000_000, 6_000_000));
    expect(clock().windowsNow()).toBe(5_000_000);
  });

  it('refuses to go back', () => {
    const state = advanceClockState(null, system, 5_000_000);
    expect(() => advanceClockState(state, system + 10, 5_000_009)).toThrow(Rejection);
    expect(hubNow(advanceClockState(state, system + 10, 5_000_010), system + 10)).toBe(5_000_010);
  });

  it.each(['', '{', 'null', '[]', '{"base_hub_ms":"1","base_system_ms":2}', '{"base_hub_ms":1}'])(
    'takes the content %p for a defect',
    (text) => {
      writeFileSync(path, text);
      expect(() => clock().now()).toThrow(Defect);
    },
  );
});

describe('other clocks', () => {
  it('a manual clock is moved by hand', () => {
    const c = manualClock(10);
    c.advance(5);
    expect(c.now()).toBe(15);
    c.set(100);
    expect(c.windowsNow()).toBe(100);
  });

  it("the system's clock is a whole number of milliseconds", () => {
    expect(Number.isSafeInteger(systemClock().now())).toBe(true);
  });
});
