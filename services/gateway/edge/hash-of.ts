import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 of a stream, lower-case hex, in constant memory. */
export async function hashOf(source: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source) hash.update(chunk);
  return hash.digest('hex');
}

/** SHA-256 of a file, null if there is none. */
export async function hashOfFile(path: string): Promise<string | null> {
  try {
    return await hashOf(createReadStream(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
