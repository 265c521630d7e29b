import { existsSync } from 'node:fs';
import path from 'node:path';
import { emit } from '@mdmr/bus';
import type { ServiceTools } from '@mdmr/service';
import { freeName } from '../decide/safe-name.js';
import { dueParts } from '../report/due-deliveries.query.js';
import type { DuePart } from '../report/due-deliveries.query.js';
import type { ExchangeFolders } from './exchange-folders.js';
import { hashOfFile } from './hash-of.js';
import { startLoop } from './loop.js';
import type { Loop } from './loop.js';

const PAUSE_MS = 200;

/** Puts the parts of a set that ended unapplied back before their senders, bytes unchanged. */
export function startReturning(tools: ServiceTools, folders: ExchangeFolders): Loop {
  return startLoop('returned parts', PAUSE_MS, tools.log, async () => {
    const due = Map.groupBy(await dueParts(tools.db), (p) => `${p.ldc}/${p.set_id}/${p.org}`);
    for (const parts of due.values()) await returnParts(tools, folders, parts);
  });
}

async function returnParts(
  tools: ServiceTools,
  folders: ExchangeFolders,
  parts: readonly DuePart[],
): Promise<void> {
  const { ldc, set_id, org } = parts[0]!;
  const folder = folders.returned(org, set_id);
  const files: { custody_id: string; name: string; sha256: string }[] = [];
  for (const { custody_id, name: wanted, sha256 } of parts) {
    const name = await nameFor(folder, wanted, custody_id, sha256);
    await folders.place(org, tools.files.path(sha256), folder, name);
    files.push({ custody_id, name, sha256 });
  }
  await tools.bus.decide(async ({ now }) => [
    emit('gateway.PartsReturned', org, { at_ms: now, ldc, set_id, org, files }),
  ]);
}

/**
 * Its own name, else one with its custody id; a name is free if the same bytes lie there from
 * before a crash.
 */
async function nameFor(
  folder: string,
  wanted: string,
  custodyId: string,
  sha256: string,
): Promise<string> {
  for (const name of [wanted, freeName(wanted, custodyId, (taken) => taken === wanted)]) {
    const there = await hashOfFile(path.join(folder, name));
    if (there === null || there === sha256) return name;
  }
  return freeName(wanted, custodyId, (name) => existsSync(path.join(folder, name)));
}
