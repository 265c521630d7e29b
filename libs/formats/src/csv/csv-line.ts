/** One line of CSV by RFC 4180, where a record is always one line. */

export type CsvTrouble = 'BLANK_RECORD' | 'STRAY_QUOTE' | 'OPEN_QUOTE';

/**
 * Whether bytes with a quote in them parse: a quoted field is quoted from comma to comma, quotes
 * inside it are doubled. A quote that is still open at the end of the line is a line break in a
 * field.
 */
export function quoteTrouble(buffer: Uint8Array, start: number, end: number): CsvTrouble | null {
  let i = start;
  while (i < end) {
    if (buffer[i] !== 34) {
      for (; i < end && buffer[i] !== 44; i++) {
        if (buffer[i] === 34) return 'STRAY_QUOTE';
      }
    } else {
      i = closingQuote(buffer, i + 1, end) + 1;
      if (i > end) return 'OPEN_QUOTE';
      if (i < end && buffer[i] !== 44) return 'STRAY_QUOTE';
    }
    i++;
  }
  return null;
}

/** Position of the quote that ends the field, `end` if there is none. */
function closingQuote(buffer: Uint8Array, from: number, end: number): number {
  let i = from;
  while (i < end) {
    if (buffer[i] === 34) {
      if (i + 1 >= end || buffer[i + 1] !== 34) return i;
      i++;
    }
    i++;
  }
  return end;
}

/** Fields of a line without quotes, or of one that quoteTrouble() has passed. */
export function splitCsvLine(text: string, quoted: boolean): string[] {
  return quoted ? splitQuoted(text) : text.split(',');
}

function splitQuoted(text: string): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let next: number;
    if (text.charCodeAt(at) === 34) {
      next = at + 1;
      while (text.charCodeAt(next) !== 34 || text.charCodeAt(next + 1) === 34) {
        next += text.charCodeAt(next) === 34 ? 2 : 1;
      }
      fields.push(text.slice(at + 1, next).replaceAll('""', '"'));
      next++;
    } else {
      next = text.indexOf(',', at);
      if (next < 0) next = text.length;
      fields.push(text.slice(at, next));
    }
    if (next >= text.length) return fields;
    at = next + 1;
  }
}

/** Fields of one line of text, or what is wrong with it. */
export function parseCsvLine(text: string): string[] | CsvTrouble {
  if (text === '') return 'BLANK_RECORD';
  if (!text.includes('"')) return text.split(',');
  const bytes = Buffer.from(text);
  return quoteTrouble(bytes, 0, bytes.length) ?? splitQuoted(text);
}
