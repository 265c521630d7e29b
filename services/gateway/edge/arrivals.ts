import { lstat, readdir } from 'node:fs/promises';
import type { BigIntStats, Dirent } from 'node:fs';
import type { ExchangeFolders } from './exchange-folders.js';

/** A file that has arrived in an inbox. */
export interface Arrival {
  readonly org: string;
  /** As its sender named it; not always UTF-8. */
  readonly rawName: Buffer;
  readonly path: Buffer;
}

interface Watched {
  /** Changes whenever the file does. */
  readonly stamp: string;
  /** When it was first seen like this, in milliseconds that only run on. */
  readonly since: number;
}

/** Finds files whose size has been still for a while. */
export class Arrivals {
  private watched = new Map<string, Watched>();

  /**
   * @param stillMs how long a file must not have changed
   * @param milliseconds a clock that only runs on; not the hub's, which may be driven
   */
  constructor(
    private readonly folders: ExchangeFolders,
    private readonly stillMs: number,
    private readonly milliseconds: () => number,
  ) {}

  /** Looks once: the files that have arrived, in the order in which they did. */
  async look(orgs: readonly string[]): Promise<Arrival[]> {
    const now = this.milliseconds();
    const watched = new Map<string, Watched>();
    const arrived: { arrival: Arrival; changedAt: bigint }[] = [];
    for (const org of orgs) {
      for (const { arrival, stat } of await filesIn(this.folders.inbox(org), org)) {
        const key = arrival.path.toString('latin1');
        const stamp = `${stat.ino}/${stat.size}/${stat.mtimeNs}`;
        const before = this.watched.get(key);
        const seen = before?.stamp === stamp ? before : { stamp, since: now };
        watched.set(key, seen);
        if (now - seen.since >= this.stillMs) arrived.push({ arrival, changedAt: stat.ctimeNs });
      }
    }
    this.watched = watched;
    // The last change of a file still in its inbox is its arrival: a write to its end, or a rename.
    arrived.sort((a, b) => compare(a.changedAt, b.changedAt) || byName(a.arrival, b.arrival));
    return arrived.map(({ arrival }) => arrival);
  }
}

/** Names of files in an inbox that are, or will be, taken. */
export async function namesIn(inbox: string): Promise<string[]> {
  const entries = await entriesOf(inbox);
  return entries.filter(isOffered).map((entry) => entry.name.toString());
}

async function filesIn(
  inbox: string,
  org: string,
): Promise<{ arrival: Arrival; stat: BigIntStats }[]> {
  const found = [];
  for (const entry of (await entriesOf(inbox)).filter(isOffered)) {
    const path = Buffer.concat([Buffer.from(`${inbox}/`), entry.name]);
    const stat = await lstat(path, { bigint: true }).catch(() => null);
    if (stat !== null) found.push({ arrival: { org, rawName: entry.name, path }, stat });
  }
  return found;
}

async function entriesOf(folder: string): Promise<Dirent<Buffer>[]> {
  try {
    return await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function isOffered(entry: Dirent<Buffer>): boolean {
  return entry.isFile() && !entry.name.toString('latin1').endsWith('.part');
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byName(a: Arrival, b: Arrival): number {
  return Buffer.compare(a.path, b.path);
}
