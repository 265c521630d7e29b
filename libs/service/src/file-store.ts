import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** A stored file: its digest is its name. */
export interface StoredFile {
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Raw files by their SHA-256, in a directory. What is put is durable when `put` resolves, and never
 * changes; the same bytes are kept once.
 */
export class FileStore {
  constructor(private readonly root: string) {}

  /** Where the bytes of a digest lie. */
  path(sha256: string): string {
    return path.join(this.root, sha256.slice(0, 2), sha256);
  }

  /** Stores bytes, streaming. */
  async put(source: Buffer | AsyncIterable<Buffer>): Promise<StoredFile> {
    const incoming = path.join(this.root, 'incoming');
    await mkdir(incoming, { recursive: true });
    const temporary = path.join(incoming, randomUUID());
    const hash = createHash('sha256');
    let bytes = 0;
    const file = await open(temporary, 'wx');
    try {
      for await (const chunk of Buffer.isBuffer(source) ? [source] : source) {
        hash.update(chunk);
        bytes += chunk.length;
        await writeWhole(file, chunk);
      }
      await file.sync();
    } catch (error) {
      await file.close();
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
    await file.close();
    const sha256 = hash.digest('hex');
    await this.settle(temporary, sha256);
    return { sha256, bytes };
  }

  private async settle(temporary: string, sha256: string): Promise<void> {
    const target = this.path(sha256);
    await mkdir(path.dirname(target), { recursive: true });
    await rename(temporary, target);
    const directory = await open(path.dirname(target), 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  /** Bytes [start, end) of a stored file. */
  read(sha256: string, range: { start?: number; end?: number } = {}): AsyncIterable<Buffer> {
    const { start, end } = range;
    if (end !== undefined && end <= (start ?? 0)) return emptyBytes();
    return createReadStream(this.path(sha256), {
      start,
      end: end === undefined ? undefined : end - 1,
      highWaterMark: 256 * 1024,
    });
  }

  /** The whole of a file that is known to be small. */
  async readAll(sha256: string): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const chunk of this.read(sha256)) parts.push(chunk);
    return Buffer.concat(parts);
  }

  async has(sha256: string): Promise<boolean> {
    return stat(this.path(sha256)).then(
      () => true,
      () => false,
    );
  }
}

/** A disk that runs full takes the first bytes of a write and says so only at the next one. */
async function writeWhole(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length;) {
    at += (await file.write(chunk, at)).bytesWritten;
  }
}

async function* emptyBytes(): AsyncGenerator<Buffer> {
  // An empty range of a read stream would mean "to the end".
}
