import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { sha256Hex } from '@mdmr/service';
import { safeName } from '../decide/safe-name.js';

/** Folders that organizations see. */
const OPEN_FOLDERS = ['inbox', 'outbox', 'archive'];
/** What the hub keeps beside them: files on their way in and out, on the same file system. */
const HUB_FOLDER = '.hub';

/** The drop folders of all organizations. */
export class ExchangeFolders {
  constructor(private readonly root: string) {}

  inbox(org: string): string {
    return path.join(this.root, org, 'inbox');
  }

  outbox(org: string): string {
    return path.join(this.root, org, 'outbox');
  }

  /** Where the parts of a set that ended unapplied go back to. */
  returned(org: string, setId: string): string {
    return path.join(this.outbox(org), 'returned', safeName(setId));
  }

  archive(org: string): string {
    return path.join(this.root, org, 'archive');
  }

  /**
   * Folders of files that left an inbox and are not in the archive yet, each named by a custody id.
   */
  claims(org: string): string {
    return path.join(this.root, org, HUB_FOLDER, 'claimed');
  }

  private outgoing(org: string): string {
    return path.join(this.root, org, HUB_FOLDER, 'outgoing');
  }

  /** Makes what is missing. */
  async make(org: string): Promise<void> {
    const folders = OPEN_FOLDERS.map((name) => path.join(this.root, org, name));
    for (const folder of [...folders, this.claims(org), this.outgoing(org)]) {
      await mkdir(folder, { recursive: true });
    }
  }

  isMade(org: string): boolean {
    return existsSync(this.outgoing(org)) && existsSync(this.inbox(org));
  }

  /** Every organization with folders, registered or no more. */
  async orgs(): Promise<string[]> {
    const entries = await readdirOrNone(this.root);
    return entries.filter((org) => existsSync(this.claims(org))).sort();
  }

  /** Puts a copy into a folder of the organization; it appears whole or not at all, and durably. */
  async place(org: string, source: string, folder: string, name: string): Promise<void> {
    const outgoing = this.outgoing(org);
    await mkdir(outgoing, { recursive: true });
    await mkdir(folder, { recursive: true });
    const target = path.join(folder, name);
    const temporary = path.join(outgoing, sha256Hex(target));
    await copyFile(source, temporary);
    await synced(temporary);
    await rename(temporary, target);
    await synced(folder);
  }
}

/** Waits until a file or the names in a folder have reached the disk. */
export async function synced(what: string): Promise<void> {
  const handle = await open(what, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Names in a folder; none if there is no such folder. */
export async function readdirOrNone(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
