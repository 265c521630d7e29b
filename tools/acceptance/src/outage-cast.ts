/** A small utility whose days are sent while the hub's world fails, and what must come of them. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { HubDriver } from './hub-driver.js';
import type { MachineRoom } from './machine-room.js';
import { answers, custody, enlist, uncounted, type FileCounts } from './scenario.js';

export const LDC = 'LDC01';
export const AMI = 'SIMAMI';
const AGENT = 'SIMBILL';
/** Another utility, its own head-end, whose meters the directory does not know. */
export const OTHER = 'LDC02';
const FIRST = '2026-06-01';
const SDPS = 200;
const DAYS = 14;

export class OutageCast {
  private readonly out: string;
  private nextDay = 1;
  /** Names of all files of reads that were sent. */
  private readonly sent: string[] = [];
  /** Channel days in them. */
  private channelDays = 0;

  constructor(private readonly hub: HubDriver) {
    this.out = path.join(hub.dataDir, 'simulated');
  }

  /** Registers everyone, and synchronizes the directory. */
  async begin(): Promise<void> {
    const { hub, out } = this;
    const options = { ldcs: 1, sdps: SDPS, days: DAYS, from: FIRST, seed: 7, missing: 0 };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    await hub.mdmr('simulate', ...args, '--out', out);
    await enlist(hub, {
      orgs: { [LDC]: 'LDC', [OTHER]: 'LDC', [AMI]: 'AMI_OPERATOR', [AGENT]: 'BILLING_AGENT' },
      delegations: [`${LDC} ${AMI} READS ${FIRST}`, `${LDC} ${AGENT} BILLING ${FIRST}`],
      amccs: [`${LDC}-HE --org ${AMI} --ldc ${LDC}`, `${OTHER}-HE --org ${OTHER} --ldc ${OTHER}`],
    });
    await this.drop('2026-05-31', LDC, /USDP-REQ/);
    await hub.idle();
    const [response] = await answers(hub, LDC, /_USDP-RSP_/);
    const file = path.join(hub.folder(LDC, 'outbox'), response!.name);
    await hub.mdmr('simulate', '--finish', file, '--out', out);
    await this.drop('2026-05-31', LDC, /_SYNC-/);
    await hub.idle();
  }

  /** Drops the reads of the next days; their names. */
  async dropDays(count = 1): Promise<string[]> {
    const names: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const day = `2026-06-${String(this.nextDay++).padStart(2, '0')}`;
      for (const { name, text } of await this.drop(day, AMI, /_CMEP_/)) {
        names.push(name);
        this.channelDays += channelsIn(text);
      }
    }
    this.sent.push(...names);
    return names;
  }

  private async drop(day: string, org: string, match: RegExp) {
    const folder = path.join(this.out, LDC, day);
    const names = (await readdir(folder)).filter((name) => match.test(name)).sort();
    const files: { name: string; text: string }[] = [];
    for (const name of names) {
      const text = await readFile(path.join(folder, name), 'utf8');
      await this.hub.drop(org, name, text);
      files.push({ name, text });
    }
    return files;
  }

  /** What the custody of all files sent so far is short of: nothing. */
  async shortOf(): Promise<unknown[]> {
    const files = await custody(this.hub);
    const byName = new Map(files.map((file) => [file.name, file]));
    const whole = (file?: FileCounts) =>
      file?.state === 'DECIDED' && file.in > 0 && file.applied === file.in;
    return [
      ...uncounted(files),
      ...this.sent.filter((name) => !whole(byName.get(name))).map((n) => byName.get(n) ?? n),
      ...(files.length === byName.size ? [] : ['a file is twice in custody']),
    ];
  }

  /** Channel days sent, and those in the stores of the services that keep them. */
  async channelDaysIn(room: MachineRoom): Promise<{ sent: number; kept: Record<string, number> }> {
    const kept: Record<string, number> = {};
    for (const service of ['reads', 'vee', 'billing']) {
      const count = 'select count(*)::int as n from projection.channel_day';
      const [row] = await room.sql<{ n: number }>(service, count);
      kept[service] = row!.n;
    }
    return { sent: this.channelDays, kept };
  }
}

/** Meters and units that have intervals in a file of one day; a line has half a day at most. */
function channelsIn(text: string): number {
  const lines = text.split('\n').filter((line) => line !== '');
  const channels = lines.map((line) => line.split(',').slice(7, 11).join());
  return new Set(channels.filter((channel) => !channel.endsWith('REG'))).size;
}
