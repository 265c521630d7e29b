import { isUtf8 } from 'node:buffer';

/** What a line holds, as a sum of these bits. */
export const HAS_QUOTE = 1;
export const HAS_CONTROL = 2;
export const HAS_HIGH = 4;

/** Looks once at every byte of a line: quotes, C0 controls and DEL, bytes above 127. */
export function surveyBytes(buffer: Uint8Array, start: number, end: number): number {
  let found = 0;
  let high = 0;
  for (let i = start; i < end; i++) {
    const byte = buffer[i]!;
    high |= byte;
    if (byte < 35) {
      if (byte === 34) found |= HAS_QUOTE;
      else if (byte < 32) found |= HAS_CONTROL;
    } else if (byte === 127) found |= HAS_CONTROL;
  }
  return high & 0x80 ? found | HAS_HIGH : found;
}

export type EncodingTrouble = 'NOT_UTF8' | 'CONTROL_CHARACTER';

/** What is wrong with the encoding of a line of which surveyBytes() found `survey`. */
export function encodingTrouble(
  buffer: Buffer,
  start: number,
  end: number,
  survey: number,
): EncodingTrouble | null {
  if (survey & HAS_HIGH) {
    if (!isUtf8(buffer.subarray(start, end))) return 'NOT_UTF8';
    // U+0080 to U+009F are controls too: C2 80 to C2 9F.
    for (let i = start; i + 1 < end; i++) {
      if (buffer[i] === 0xc2 && buffer[i + 1]! < 0xa0) return 'CONTROL_CHARACTER';
    }
  }
  return survey & HAS_CONTROL ? 'CONTROL_CHARACTER' : null;
}

/** Text of bytes of which surveyBytes() found `survey`; bytes that are not UTF-8 become U+FFFD. */
export function textOf(buffer: Buffer, start: number, end: number, survey: number): string {
  return survey & HAS_HIGH
    ? buffer.toString('utf8', start, end)
    : buffer.toString('latin1', start, end);
}
