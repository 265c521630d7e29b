/**
 * What `npm start` does once per data directory when the hub is up: two months of a utility through
 * the doors. Its page stays in demo.txt; what was done so far stands in demo.json.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLOCK_START, runDemo as tellStory, type DemoDriver } from '@mdmr/demo';
import { parseInstant } from '@mdmr/kernel';
import type { HubSettings } from '@mdmr/stack';
import type { AdminApi } from '../admin-api.js';
import type { Cli } from '../cli.js';
import { waitIdle } from '../idle.js';

interface Marker {
  /** PREPARED: the clock is the demonstration's, nothing was done yet */
  state: 'PREPARED' | 'RUNNING' | 'DONE' | 'FAILED';
  /** the last line of progress */
  step: string;
  error?: string;
}

const IDLE_MS = 300_000;
const markerPath = (settings: HubSettings) => join(settings.dataDir, 'demo.json');
const pagePath = (settings: HubSettings) => join(settings.dataDir, 'demo.txt');

/**
 * To be called before the hub starts: a new data directory whose clock nobody set gets the clock of
 * the demonstration, now and later. Changes the environment that the services inherit.
 */
export function prepareDemo(settings: HubSettings, env: NodeJS.ProcessEnv = process.env): void {
  if (env.MDMR_CLOCK) return;
  if (!existsSync(markerPath(settings))) {
    // a hub that began without the demonstration keeps its own clock
    if (existsSync(settings.operatorKeyFile) || existsSync(settings.clockFile)) return;
    mkdirSync(settings.dataDir, { recursive: true });
    writeMarker(settings, { state: 'PREPARED', step: '' });
  }
  env.MDMR_CLOCK = CLOCK_START;
  settings.clockStart = parseInstant(CLOCK_START);
}

/** Runs it, or says why not. Its troubles are told and do not stop the hub. */
export async function runDemo(cli: Cli): Promise<void> {
  const { ownSettings: settings, progress } = cli;
  const marker = readMarker(settings);
  if (marker !== null && marker.state !== 'PREPARED') {
    return progress(toldAlready(marker, settings));
  }
  const refusal = await refusalOf(cli);
  if (refusal !== null) return progress(`No demonstration: ${refusal}`);
  const recorder = new Recorder(settings, progress);
  try {
    const interruption = interrupted();
    const telling = story({ ...cli, api: stoppable(cli.api, interruption) }, recorder);
    const page = await Promise.race([telling, interruption.signal]);
    if (page === null) {
      // the marker says where; what was being waited for fails, and nobody is to hear of it
      telling.catch(() => undefined);
      return;
    }
    writeFileSync(pagePath(settings), page);
    recorder.done();
    progress(page);
  } catch (error) {
    recorder.failed((error as Error).message);
  }
}

async function story(cli: Cli, recorder: Recorder): Promise<string> {
  const { dataDir, exchangeDir, portBase } = cli.ownSettings;
  const where = { dataDir, exchangeDir, portBase };
  const { page } = await tellStory(await driverOf(cli), (line) => recorder.step(line), where);
  return page;
}

interface Interruption {
  readonly signal: Promise<null>;
  isOver(): boolean;
}

/** Whoever stops the hub does not wait for the end of the story. */
function interrupted(): Interruption {
  let over = false;
  const signal = new Promise<null>((stop) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(name, () => {
        over = true;
        stop(null);
      });
    }
  });
  return { signal, isOver: () => over };
}

/** Calls no service after the interruption, so that what waits for the hub to be idle ends. */
function stoppable(api: AdminApi, interruption: Interruption): AdminApi {
  const still = <T>(call: () => Promise<T>): Promise<T> =>
    interruption.isOver() ? Promise.reject(new Error('interrupted')) : call();
  return {
    get: (...args) => still(() => api.get(...args)),
    post: (...args) => still(() => api.post(...args)),
    services: () => api.services(),
  };
}

class Recorder {
  private at = 'its beginning';
  private readonly started = performance.now();

  constructor(
    private readonly settings: HubSettings,
    private readonly progress: Cli['progress'],
  ) {
    writeMarker(settings, { state: 'RUNNING', step: this.at });
  }

  step(line: string): void {
    this.at = line;
    writeMarker(this.settings, { state: 'RUNNING', step: line });
    this.progress(`demonstration: ${line}`);
  }

  done(): void {
    writeMarker(this.settings, { state: 'DONE', step: this.at });
    const seconds = Math.round((performance.now() - this.started) / 1000);
    this.progress(`demonstration: done in ${seconds} s\n`);
  }

  failed(error: string): void {
    writeMarker(this.settings, { state: 'FAILED', step: this.at, error });
    this.progress(`The demonstration stopped at "${this.at}": ${error}`);
    this.progress('The hub stays up with what was done. Again from the start: --fresh');
  }
}

function toldAlready({ state, step, error }: Marker, settings: HubSettings): string {
  if (state === 'DONE') {
    return `The demonstration was done on this data directory; its page: ${pagePath(settings)}`;
  }
  const why = state === 'FAILED' ? `failed at "${step}": ${error}` : `was interrupted at "${step}"`;
  return `The demonstration ${why}. Again from the start: npm start -- --fresh`;
}

/** It needs the clock of its story and a hub without anybody in it. */
async function refusalOf({ api, ownSettings }: Cli): Promise<string | null> {
  if (ownSettings.environment === 'PRODUCTION') return 'this is a PRODUCTION hub.';
  if (ownSettings.clockStart !== parseInstant(CLOCK_START)) {
    return `it needs MDMR_CLOCK=${CLOCK_START} (or unset) on a fresh data directory.`;
  }
  const { orgs } = await api.get<{ orgs: { org_id: string }[] }>('participants', '/admin/orgs');
  const others = orgs.filter(({ org_id }) => org_id !== 'MDMR');
  return others.length === 0 ? null : 'this hub has organizations already.';
}

/** The commands in this very process: each would else cost the start of another. */
async function driverOf(cli: Cli): Promise<DemoDriver> {
  const { runCommand } = await import('../program.js');
  const folder = (org: string, kind: string) => join(cli.settings.exchangeDir, org, kind);
  return {
    mdmr: async <T>(...args: string[]) => {
      const said: string[] = [];
      const troubles: string[] = [];
      const code = await runCommand([...args, '--json'], {
        stdout: (text) => void said.push(text),
        stderr: (text) => void troubles.push(text),
        cli: () => ({ ...cli, progress: () => undefined }),
      });
      if (code !== 0) throw new Error(`mdmr ${args.join(' ')}: ${troubles.join('').trim()}`);
      return JSON.parse(said.join('')) as T;
    },
    drop: async (org, name, content) => {
      const target = join(folder(org, 'inbox'), name);
      await writeFile(`${target}.part`, content);
      await rename(`${target}.part`, target);
    },
    idle: async () => void (await waitIdle(cli, IDLE_MS)),
    outbox: async (org) => {
      const names = await readdir(folder(org, 'outbox'));
      return names.filter((name) => name.endsWith('.csv'));
    },
    read: (org, name) => readFile(join(folder(org, 'outbox'), name), 'utf8'),
  };
}

function readMarker(settings: HubSettings): Marker | null {
  const path = markerPath(settings);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Marker) : null;
}

function writeMarker(settings: HubSettings, marker: Marker): void {
  const path = markerPath(settings);
  writeFileSync(`${path}.tmp`, `${JSON.stringify(marker)}\n`);
  renameSync(`${path}.tmp`, path);
}
