/** Drop folders as a sender and a receiver use them. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Delivered } from './check/answers.js';
import type { Suite } from './suite.js';

/** Puts a file whole into an inbox. */
export function drop(suite: Suite, file: { org: string; name: string; text: string }): void {
  const target = path.join(suite.folder(file.org, 'inbox'), file.name);
  writeFileSync(`${target}.part`, file.text);
  renameSync(`${target}.part`, target);
}

export function outbox(suite: Suite, org: string): Delivered[] {
  const folder = suite.folder(org, 'outbox');
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => ({ org, name, text: readFileSync(path.join(folder, name), 'utf8') }));
}

/** What lies in inboxes or between inbox and archive. */
export function leftFiles(suite: Suite, orgs: readonly string[]): string[] {
  return orgs.flatMap((org) =>
    ['inbox', path.join('.hub', 'claimed')].flatMap((name) => {
      const folder = suite.folder(org, name);
      if (!existsSync(folder)) return [];
      return readdirSync(folder).map((file) => path.join(org, name, file));
    }),
  );
}

/** The id that the hub gives a meter file. */
export function meterFileId(text: string): string {
  const DIGITS = 16;
  return `x${createHash('sha256').update(text).digest('hex').slice(0, DIGITS)}`;
}
