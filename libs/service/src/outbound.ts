import { createHash } from 'node:crypto';

/** SHA-256 of text or bytes, lower-case hex. */
export function sha256Hex(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

const ID_DIGITS = 16;

/**
 * A file_id of the hub: the same parts give the same id, so that a file made again after a crash is
 * the same file. Unique as long as the parts name report, LDC, recipient and run.
 */
export function outboundFileId(...parts: readonly string[]): string {
  return `F${sha256Hex(parts.join('\n')).slice(0, ID_DIGITS)}`;
}
