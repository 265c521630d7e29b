/** A small disk for the file store, so that it can be full: a memory file system of its own. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

const SIZE = '48m';

export class Spool {
  private readonly folder: string;
  private readonly filler: string;
  /** Why the disk cannot be filled here; null = it can. */
  readonly skipped: string | null;

  /** Mounts it below a data directory that no suite runs on yet. */
  constructor(dataDir: string) {
    this.folder = path.join(dataDir, 'files');
    this.filler = path.join(this.folder, '.filler');
    mkdirSync(this.folder, { recursive: true });
    this.skipped = mount(this.folder);
  }

  /** Leaves so many bytes free, or fewer where others write meanwhile. */
  fill(leftBytes: number): void {
    const { bavail, bsize } = statfsSync(this.folder);
    const pages = Math.max(0, bavail - Math.ceil(leftBytes / bsize));
    const page = Buffer.alloc(bsize);
    const file = openSync(this.filler, 'w');
    try {
      for (let i = 0; i < pages; i += 1) writeSync(file, page);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.filler, { force: true });
  }

  /** Takes the disk away; with `keep` its files stay in its place. */
  remove(keep: boolean): void {
    if (this.skipped !== null) return;
    this.free();
    const copy = `${this.folder}.kept`;
    if (keep) cpSync(this.folder, copy, { recursive: true });
    spawnSync('umount', [this.folder]);
    if (!keep) return;
    rmSync(this.folder, { recursive: true, force: true });
    renameSync(copy, this.folder);
  }
}

function mount(folder: string): string | null {
  if (process.getuid?.() !== 0) return 'only root can mount a small disk';
  const { status, stderr } = spawnSync('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${SIZE}`,
    'tmpfs',
    folder,
  ]);
  return status === 0 ? null : `mount: ${String(stderr).trim()}`;
}
