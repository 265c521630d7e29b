/** Looks into an organization's outbox until an answer is there. */
import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { HubDriver } from '@mdmr/acceptance';

export const LOOK_MS = 5;

/** Names of complete files in a folder that match. */
export async function namesIn(folder: string, match: RegExp): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => !name.endsWith('.part') && match.test(name));
}

/** Files of an outbox that were not there at the last look. */
export class OutboxWatch {
  private readonly folder: string;
  private readonly seen = new Set<string>();

  constructor(
    hub: HubDriver,
    org: string,
    private readonly match: RegExp,
  ) {
    this.folder = hub.folder(org, 'outbox');
  }

  async newNames(): Promise<string[]> {
    const names = (await namesIn(this.folder, this.match)).filter((name) => !this.seen.has(name));
    for (const name of names) this.seen.add(name);
    return names;
  }

  /** Waits for a new file; resolves with when it was seen. @throws after the limit */
  async next(limitS = 60): Promise<{ at: number; names: string[] }> {
    const end = performance.now() + limitS * 1000;
    for (;;) {
      const names = await this.newNames();
      const at = performance.now();
      if (names.length > 0) return { at, names };
      if (at > end) throw new Error(`no answer like ${this.match} within ${limitS} s`);
      await delay(LOOK_MS);
    }
  }
}
