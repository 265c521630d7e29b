/**
 * The partition of a key, as Kafka's own default partitioner has it: murmur2 of the UTF-8 bytes.
 */
const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

function mix(k: number): number {
  const product = Math.imul(k, M);
  return Math.imul(product ^ (product >>> R), M);
}

/** murmur2 of bytes, a signed 32-bit integer. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let h = SEED ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    h = Math.imul(h, M) ^ mix(k);
  }
  const rest = length - i;
  if (rest === 3) h ^= bytes[i + 2]! << 16;
  if (rest >= 2) h ^= bytes[i + 1]! << 8;
  if (rest >= 1) h = Math.imul(h ^ bytes[i]!, M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}

const scratch = new Uint8Array(256);
const encoder = new TextEncoder();

/** 0 to count - 1. Any Kafka client with the default partitioner finds the same. */
export function partitionOf(key: string, count: number): number {
  const fits = key.length * 3 <= scratch.length;
  const bytes = fits
    ? scratch.subarray(0, encoder.encodeInto(key, scratch).written)
    : encoder.encode(key);
  return (murmur2(bytes) & 0x7fffffff) % count;
}
