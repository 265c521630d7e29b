import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FileStore } from './file-store.js';

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'mdmr-file-store-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Puts so many bytes where no file may have more than 64 blocks, in a process of its own. */
function putOnFullDisk(folder: string, bytes: number): string {
  const store = new URL('./file-store.js', import.meta.url).href;
  const script = `
    const { FileStore } = await import(${JSON.stringify(store)});
    const put = new FileStore(process.argv[1]).put(Buffer.alloc(${bytes}, 'x'));
    process.stdout.write(await put.then(() => 'stored', (error) => error.code));`;
  const command = `ulimit -f 64 && exec "$0" --input-type=module --eval "$1" "$2"`;
  const run = spawnSync('sh', ['-c', command, process.execPath, script, folder], {
    encoding: 'utf8',
  });
  return run.stdout + run.stderr;
}

describe('a file store', () => {
  it('gives back what was put', async () => {
    const store = new FileStore(path.join(root, 'kept'));
    const bytes = Buffer.from('HDR\nTRL,0\n');
    const { sha256 } = await store.put(bytes);
    expect(await store.readAll(sha256)).toEqual(bytes);
  });

  it('says so and keeps nothing when the disk takes only a part of a file', () => {
    const folder = path.join(root, 'full');
    expect(putOnFullDisk(folder, 200_000)).toBe('EFBIG');
    expect(readdirSync(folder, { recursive: true })).toEqual(['incoming']);
    expect(putOnFullDisk(folder, 1_000)).toBe('stored');
  });
});
