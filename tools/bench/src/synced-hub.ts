/** A hub with a synthetic utility: registered, its service points known, as `mdmr simulate` makes it. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HubDriver } from '@mdmr/acceptance';
import { DAY_MS, formatEstDay, formatInstant, parseEstDay, startOfDay } from '@mdmr/kernel';
import { serversOf, type HubServers } from './hub-servers.js';
import { untilIdle, type Idle } from './idle-look.js';
import type { Frame } from './run-bench.js';

/** The one utility of a bench, and those who act for it. */
export const LDC = 'LDC01';
export const AMI = 'SIMAMI';
export const AGENT = 'SIMBILL';
export const FIRST_DAY = parseEstDay('2026-05-01')!;

/** One point of so many is left out of the directory: 2 %. */
export const LEFT_OUT_OF = 50;
const IDLE_LIMIT_S = 3_600;

/** What a bench reads of population.json. */
export interface Point {
  readonly sdp_id: string;
  readonly meter_id: string;
  readonly interval_minutes: number;
  readonly multiplier: number;
  readonly channels: readonly string[];
  readonly framing: string;
  readonly category: string;
}

export interface SyncedHub {
  readonly hub: HubDriver;
  readonly servers: HubServers;
  /** Folder of the simulation's files of the utility. */
  readonly sim: string;
  readonly points: readonly Point[];
  /** Meters that the directory does not know. */
  readonly unknownMeters: ReadonlySet<string>;
  /** USDP ID by sdp_id, those left out too. */
  readonly usdps: ReadonlyMap<string, string>;
  idle(): Promise<Idle>;
}

export interface SyncedHubOptions {
  readonly sdps: number;
  /** Days of reads from FIRST_DAY; the hub's clock stands two days after the last. */
  readonly days: number;
  readonly seed: number;
  /** Of 1000 meter days, how many lack some intervals. */
  readonly missing: number;
  /** Whether 2 % of the points stay unknown to the directory. */
  readonly leaveOut: boolean;
}

/** The simulation gives businesses more sun than the 10 kW they say: their days need a person. */
export function isBillable({ category, channels }: Point): boolean {
  return category === 'RESIDENTIAL' || channels.length === 1;
}

/** Starts the hub; the frame stops it and removes all it kept. Stops where nothing is read yet. */
export async function startHub(days: number, frame: Frame): Promise<HubDriver> {
  const now = startOfDay(FIRST_DAY) + (days + 1) * DAY_MS + DAY_MS / 4;
  frame.say('starting a hub');
  const env = { MDMR_SCHEDULE: 'off', MDMR_STALE_READ_DAYS: '400' };
  const starting = HubDriver.start({ clock: formatInstant(now), env });
  // A start that is broken off removes what it made; one under way has first to be one.
  frame.onEnd(async () => (await starting.catch(() => null))?.remove());
  return starting;
}

/** The population's files, the organizations registered, USDP IDs issued: all that comes before a set. */
export async function prepareUtility(
  hub: HubDriver,
  options: SyncedHubOptions,
  frame: Frame,
): Promise<SyncedHub> {
  // With the hub's data, so that it goes when they go.
  const out = path.join(hub.dataDir, 'bench');
  frame.say(`simulating ${options.sdps} service points, ${options.days} days`);
  await hub.mdmr('simulate', ...simulateArgs(options), '--out', out);
  const sim = path.join(out, LDC);
  const { points } = JSON.parse(await readFile(path.join(sim, 'population.json'), 'utf8')) as {
    points: Point[];
  };
  await register(hub, sim);
  const servers = await serversOf(hub.dataDir);
  const before = formatEstDay(FIRST_DAY - 1);
  await dropAll(hub, LDC, path.join(sim, before), /USDP-REQ/);
  const idle = () => untilIdle(servers, IDLE_LIMIT_S, frame.say);
  await idle();
  const leftOut = points.filter((_, i) => options.leaveOut && i % LEFT_OUT_OF === LEFT_OUT_OF - 1);
  const usdps = await finish(hub, out, new Set(leftOut.map((point) => point.sdp_id)));
  const unknownMeters = new Set(leftOut.map((point) => point.meter_id));
  return { hub, servers, sim, points, unknownMeters, usdps, idle };
}

/** Everything of prepareUtility(), and the set applied. */
export async function syncedHub(options: SyncedHubOptions, frame: Frame): Promise<SyncedHub> {
  const hub = await startHub(options.days, frame);
  const synced = await prepareUtility(hub, options, frame);
  frame.say('synchronizing the directory');
  await dropSet(synced);
  await synced.idle();
  return synced;
}

/** The six parts of the set, in their order. */
export async function dropSet({ hub, sim }: SyncedHub): Promise<void> {
  await dropAll(hub, LDC, path.join(sim, formatEstDay(FIRST_DAY - 1)), /SYNC/);
}

/** Days of reads from FIRST_DAY into the hub, all at once, until they are billable. */
export async function sendDays(hub: SyncedHub, count: number, frame: Frame): Promise<void> {
  frame.say(`applying ${count} days`);
  for (let day = FIRST_DAY; day < FIRST_DAY + count; day += 1) {
    await dropAll(hub.hub, AMI, path.join(hub.sim, formatEstDay(day)), /CMEP/);
  }
  await hub.idle();
}

function simulateArgs({ sdps, days, seed, missing }: SyncedHubOptions): string[] {
  const values = { ldcs: 1, sdps, days, from: formatEstDay(FIRST_DAY), seed, missing };
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** Runs the commands that the simulation wrote for an operator. */
async function register(hub: HubDriver, sim: string): Promise<void> {
  const script = await readFile(path.join(sim, 'commands.sh'), 'utf8');
  for (const line of script.split('\n')) {
    const command = /^npx mdmr (.*)/.exec(line)?.[1];
    if (command === undefined) continue;
    const words = command.match(/'[^']*'|\S+/g) ?? [];
    await hub.mdmr(...words.map((word) => word.replace(/^'|'$/g, '')));
  }
}

async function dropAll(hub: HubDriver, org: string, folder: string, match: RegExp): Promise<void> {
  const names = (await readdir(folder)).filter((name) => match.test(name)).sort();
  for (const name of names) await hub.drop(org, name, await readFile(path.join(folder, name)));
}

/** Gives the simulation the IDs that the hub answered, but for the points that are left out. */
async function finish(
  hub: HubDriver,
  out: string,
  leftOut: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const [name] = await hub.outbox(LDC, /USDP-RSP/);
  if (name === undefined) throw new Error('the hub has issued no USDP IDs');
  const [header, ...rest] = await hub.lines(LDC, name);
  const ids = rest.slice(0, -1).map((line) => line.split(',').slice(1, 3) as [string, string]);
  const kept = rest.slice(0, -1).filter((line) => !leftOut.has(line.split(',')[1]!));
  const response = path.join(out, 'usdp-rsp.csv');
  await writeFile(response, `${[header, ...kept, `TRL,${kept.length}`].join('\n')}\n`);
  await hub.mdmr('simulate', '--finish', response, '--out', out);
  return new Map(ids);
}
