const NEEDS_QUOTES = /[",\r\n]|^ | $/;

/**
 * A field in canonical bytes: quotes only around one with comma, quote, CR, LF or an outer blank.
 */
export function formatCsvField(field: string): string {
  return NEEDS_QUOTES.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** A record without its line end. */
export function formatCsvRecord(fields: readonly string[]): string {
  let text = '';
  for (let i = 0; i < fields.length; i++) {
    if (i > 0) text += ',';
    text += formatCsvField(fields[i]!);
  }
  return text;
}

const FLUSH_CHARACTERS = 65_536;

/** Lines as UTF-8 buffers of about 64 KiB, each line with its LF. */
export function* linesToBuffers(lines: Iterable<string>): Generator<Buffer> {
  let text = '';
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length >= FLUSH_CHARACTERS) {
      yield Buffer.from(text);
      text = '';
    }
  }
  if (text !== '') yield Buffer.from(text);
}
