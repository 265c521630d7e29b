import fc from 'fast-check';

/** Bytes cut into pieces at any places, some of them empty. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((p) => p % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  return cuts.slice(1).map((end, i) => Buffer.from(bytes.subarray(cuts[i]!, end)));
}

/** Places for cutAt(). */
export const anyPlaces = fc.array(fc.nat(100_000), { maxLength: 12 });

/** Bytes that look like an exchange file at first sight: what readers meet when things go wrong. */
export const hostileBytes = fc
  .array(
    fc.oneof(
      fc
        .constantFrom(
          'HDR,',
          'TRL,',
          'MEPMD01,',
          'SDP,',
          '"',
          '""',
          ',',
          '\n',
          '\r\n',
          '\r',
          ' ',
          '\ufeff',
          'é',
          '€',
          '\u0085',
          '1',
          '0',
          '-',
          '.',
          'e9',
          'H1A2F',
          'R',
          'N',
          '202607021800',
          '00000100',
          'KWH',
          'OK',
          'RESEND',
          'E',
          'MEPMD01,19970819,NA1,,MDMR,,,M-1,OK,E,KWH,1,00000100,1,',
          '\u0000',
          '\t',
          'x'.repeat(600),
        )
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
    ),
    { maxLength: 80 },
  )
  .map((parts) => Buffer.concat(parts));

/** Records of a reader that is pushed some chunks. */
export function drain<T>(
  reader: { push(chunk: Buffer): void; finish(): void; next(): T | null },
  chunks: readonly Buffer[],
  keep: (record: T) => T = (record) => record,
): T[] {
  const records: T[] = [];
  const take = (): void => {
    for (let r = reader.next(); r !== null; r = reader.next()) records.push(keep(r));
  };
  for (const chunk of chunks) {
    reader.push(chunk);
    take();
  }
  reader.finish();
  take();
  return records;
}
