/** Friday, 30 October: registration, USDP IDs, the first synchronization, October's reads. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { formatEstDay } from '@mdmr/kernel';
import { AMCCS, BILLCO, BIRCH, MAPLE, NORTHAMI, OPERATOR, type Ldc } from './cast.js';
import { FIRST_DAY, FIRST_LIVE_DAY, at } from './dates.js';
import { dayFile } from './read-files.js';
import { rateClassFile, usdpRequest } from './requests.js';
import type { Story } from './story.js';
import { setFiles } from './sync-sets.js';

export async function registerEverybody({ driver, progress }: Story): Promise<void> {
  progress('registering organizations, delegations, head-ends and settings');
  const from = ['--from', formatEstDay(FIRST_DAY)];
  const add = (org: string, name: string, role: string) =>
    driver.mdmr('org', 'add', org, '--name', name, '--role', role);
  await add(MAPLE, 'Maple Hydro', 'LDC');
  await add(BIRCH, 'Birch Power', 'LDC');
  await add(NORTHAMI, 'North AMI Services', 'AMI_OPERATOR');
  await add(BILLCO, 'Billing Company', 'BILLING_AGENT');
  await add(OPERATOR, 'Operator of the hub', 'SME');
  const delegate = (ldc: Ldc, agent: string, what: string) =>
    driver.mdmr('org', 'delegate', ldc, agent, '--function', what, ...from);
  await delegate(MAPLE, NORTHAMI, 'READS');
  await delegate(BIRCH, NORTHAMI, 'READS');
  await delegate(MAPLE, BILLCO, 'BILLING');
  for (const amcc of AMCCS) {
    const ldcs = ['--ldc', MAPLE, '--ldc', BIRCH];
    await driver.mdmr('amcc', 'add', amcc, '--org', NORTHAMI, ...ldcs, '--format', 'CMEP');
  }
  const setting = (ldc: Ldc, name: string, value: string) =>
    driver.mdmr('param', 'set', '--ldc', ldc, name, value, ...from);
  await setting(MAPLE, 'default-vee.RESIDENTIAL', 'STD');
  await setting(BIRCH, 'bq-split', 'NONE');
  await loadRateClasses(driver.mdmr.bind(driver));
}

async function loadRateClasses(mdmr: Story['driver']['mdmr']): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mdmr-demo-'));
  try {
    const file = path.join(folder, 'rate-classes.csv');
    await writeFile(file, rateClassFile(MAPLE, at('2026-10-30T08:00')));
    await mdmr('codes', 'load', 'rate-class', file, '--ldc', MAPLE);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Every service point gets its number; one street was copied twice into MAPLE's list. */
export async function askForUsdpIds(story: Story): Promise<void> {
  story.progress('USDP IDs for 59 service points');
  const createdAt = at('2026-10-30T08:05');
  const maple = story.pointsOf(MAPLE);
  const withCopy = [...maple, COPY, COPY];
  await story.send([usdpRequest(MAPLE, 'MP-U-1', createdAt, withCopy)]);
  await story.send([usdpRequest(BIRCH, 'BI-U-1', createdAt, story.pointsOf(BIRCH))]);
  await story.driver.idle();
  await story.learnUsdpIds(MAPLE);
  await story.learnUsdpIds(BIRCH);
}

/** An SDP that a request names twice, so that it gets no number at all. */
const COPY = { sdpId: 'MP-0042', address: '142 Elm St' };

export async function synchronize(story: Story): Promise<void> {
  story.progress('synchronizing the directories of MAPLE and BIRCH');
  const sets = [
    [MAPLE, 'MP-S-1'],
    [BIRCH, 'BI-S-1'],
  ] as const;
  for (const [ldc, setId] of sets) {
    const header = { ldc, setId, sequence: 1, createdAt: at('2026-10-30T08:10') } as const;
    const rows = story.papers.firstState(story.pointsOf(ldc));
    await story.send(setFiles({ ...header, mode: 'PSYNC' }, rows));
  }
  await story.driver.idle();
}

/** The head-ends hand over what they have kept: 29 days at once. */
export async function sendHistory(story: Story): Promise<void> {
  story.progress('reads of 1 to 29 October, all at once');
  for (let day = FIRST_DAY; day < FIRST_LIVE_DAY; day += 1) {
    await story.send(AMCCS.map((amcc) => dayFile(story.metering, amcc, day)));
  }
  await story.driver.idle();
}
