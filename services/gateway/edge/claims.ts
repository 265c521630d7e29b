import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rmdir, stat } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { freeName, safeName } from '../decide/safe-name.js';
import type { Arrival } from './arrivals.js';
import { readdirOrNone, synced } from './exchange-folders.js';
import type { ExchangeFolders } from './exchange-folders.js';

/** A file that left its inbox, not yet in the archive; its folder is named by its custody id. */
export interface Claim {
  readonly org: string;
  readonly custodyId: string;
  readonly name: string;
  readonly path: string;
}

const ID_BYTES = 8;

/**
 * Gives a file its custody id by moving it from the inbox into a folder of that name. From then on
 * a crash cannot make two of it: its id is in custody, or it is not. Null: the file is gone.
 */
export async function claim(folders: ExchangeFolders, arrival: Arrival): Promise<Claim | null> {
  const { org } = arrival;
  const custodyId = `C${randomBytes(ID_BYTES).toString('hex')}`;
  const folder = path.join(folders.claims(org), custodyId);
  const name = safeName(arrival.rawName.toString());
  const target = path.join(folder, name);
  await mkdir(folder, { recursive: true });
  try {
    await rename(arrival.path, target);
  } catch (error) {
    await rmdir(folder);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  await synced(folder);
  return { org, custodyId, name, path: target };
}

/** Claims that an earlier process left, in the order in which they were made. */
export async function leftClaims(folders: ExchangeFolders): Promise<Claim[]> {
  const found: { claim: Claim; madeAt: bigint }[] = [];
  for (const org of await folders.orgs()) {
    for (const custodyId of await readdirOrNone(folders.claims(org))) {
      const folder = path.join(folders.claims(org), custodyId);
      const [name] = await readdir(folder);
      if (name === undefined) {
        await rmdir(folder);
        continue;
      }
      const { mtimeNs } = await stat(folder, { bigint: true });
      const claimed = { org, custodyId, name, path: path.join(folder, name) };
      found.push({ claim: claimed, madeAt: mtimeNs });
    }
  }
  found.sort((a, b) => (a.madeAt < b.madeAt ? -1 : 1));
  return found.map((left) => left.claim);
}

/** How many files of an organization left the inbox and are not in the archive. */
export async function countClaims(folders: ExchangeFolders, org: string): Promise<number> {
  return (await readdirOrNone(folders.claims(org))).length;
}

/** Moves a file in custody to the archive, under its name or, if that is taken, one like it. */
export async function archive(folders: ExchangeFolders, claimed: Claim): Promise<void> {
  const folder = folders.archive(claimed.org);
  await mkdir(folder, { recursive: true });
  const isTaken = (name: string) => existsSync(path.join(folder, name));
  const name = freeName(claimed.name, claimed.custodyId, isTaken);
  await rename(claimed.path, path.join(folder, name));
  await rmdir(path.dirname(claimed.path));
}
