import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lockHolder, takeDataLock } from './data-lock.js';
import { readSettings } from './hub/settings.js';
import { findJava, javaMajor } from './kafka-jars.js';
import { groupsForAll } from './kafka-probe.js';
import { identityOf, isSameProcess, refOf } from './process-identity.js';

let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'mdmr-stack-unit-'));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('Java', () => {
  it('is asked for in one sentence when it is missing', async () => {
    await expect(findJava({ PATH: '' })).rejects.toThrow(
      /^Kafka needs Java 17 or newer and no java was found: install one .*MDMR_KAFKA_BROKERS/,
    );
  });

  it('is asked for when it is too old', async () => {
    writeFileSync(join(scratch, 'java'), '#!/bin/sh\necho \'openjdk version "11.0.2"\' >&2\n', {
      mode: 0o755,
    });
    const PATH = `${scratch}:/usr/bin:/bin`;
    await expect(findJava({ PATH })).rejects.toThrow(/java is Java 11: install one/);
  });

  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_402"', 8],
    ['openjdk version "25" 2025-09-16', 25],
    ['Error: could not find libjava.so', 0],
  ])('has its version read from %s', (text, major) => {
    expect(javaMajor(text)).toBe(major);
  });
});

describe('the lock of a data directory', () => {
  it('is held by one, given back, and taken over from a dead holder', () => {
    const path = join(scratch, 'lock');
    const lock = takeDataLock(path);
    expect(lockHolder(path)?.pid).toBe(process.pid);
    expect(() => takeDataLock(path)).toThrow(/already runs the stack/);
    lock.release();
    expect(lockHolder(path)).toBeNull();

    // our own number, but of a process that began at another time
    writeFileSync(path, JSON.stringify({ pid: process.pid, identity: 'another boot' }));
    takeDataLock(path).release();
    writeFileSync(path, '{ cut off');
    takeDataLock(path).release();
    expect(() => readFileSync(path)).toThrow(/ENOENT/);
  });
});

describe('a process', () => {
  it('is known by its number and its start', () => {
    const ref = refOf(process.pid);
    expect(isSameProcess(ref)).toBe(true);
    expect(isSameProcess({ ...ref, identity: `${ref.identity}0` })).toBe(false);
    expect(identityOf(2 ** 30)).toBeNull();
  });
});

describe('the probe', () => {
  it('finds a group for every coordinator', () => {
    expect(groupsForAll(4)).toHaveLength(4);
    expect(groupsForAll(0)).toEqual([]);
  });
});

describe('settings', () => {
  it('have defaults', () => {
    const settings = readSettings({});
    expect(settings.portBase).toBe(7400);
    expect(settings.clockStart).toBeNull();
    expect(settings.exchangeDir).toBe(join(settings.dataDir, 'exchange'));
  });

  it('are refused with a sentence each', () => {
    const wrong = { MDMR_PORT_BASE: '70000', MDMR_ENVIRONMENT: 'TEST', MDMR_CLOCK: 'noon' };
    expect(() => readSettings(wrong)).toThrow(/MDMR_PORT_BASE.*\nMDMR_ENVIRONMENT.*\nMDMR_CLOCK/);
  });
});
