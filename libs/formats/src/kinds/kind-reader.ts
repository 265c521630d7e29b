import { Defect } from '@mdmr/kernel';
import { CsvReader } from '../csv/csv-reader.js';
import type { CsvRecord } from '../csv/csv-reader.js';
import type { KindDef } from './kind.js';
import { nameFields } from './kind-record.js';
import type { KindRecord } from './kind-record.js';

type Source = AsyncIterable<Buffer> | Iterable<Buffer>;

const MAX_LINE_BYTES = 1_048_576;

/** A place in a file: bytes before it, and the number of the line that starts there. */
export interface FilePosition {
  offset: number;
  line: number;
}

export interface KindReadOptions {
  /** Default 1 MiB: the gateway has held the file to its own, lower limit. */
  maxLineBytes?: number;
  /** Where the source starts; default the start of the file. */
  from?: FilePosition;
}

/** Some records, and where to go on; null = these were the last. */
export interface KindBatch {
  records: KindRecord[];
  next: FilePosition | null;
}

/**
 * The details between HDR and TRL of a file that the gateway has checked: push chunks, take records
 * with next() until it gives null, after finish() the rest. The last record is taken for the TRL
 * without a look. A file that does not parse is a Defect `FILE_NOT_CHECKED`.
 */
export class KindReader {
  private readonly csv: CsvReader;
  private readonly offset: number;
  private held: CsvRecord | null = null;

  constructor(
    private readonly kind: KindDef,
    options: KindReadOptions = {},
  ) {
    const { offset, line } = options.from ?? { offset: 0, line: 1 };
    this.offset = offset;
    const maxLineBytes = options.maxLineBytes ?? MAX_LINE_BYTES;
    this.csv = new CsvReader({ maxLineBytes, firstLine: line });
  }

  push(chunk: Buffer): void {
    this.csv.push(chunk);
  }

  finish(): void {
    this.csv.finish();
  }

  next(): KindRecord | null {
    for (;;) {
      const record = this.csv.next();
      if (record === null) return null;
      assertParsed(record);
      const { held } = this;
      if (record.line > 1) this.held = record;
      if (held !== null) {
        return nameFields(this.kind, held.fields, held.line, this.offset + held.nextOffset);
      }
    }
  }
}

function assertParsed({ trouble }: CsvRecord): void {
  if (trouble === null) return;
  throw new Defect(
    'FILE_NOT_CHECKED',
    `line ${trouble.line}: ${trouble.reason} ${trouble.detail} in a file that had passed`,
  );
}

/** The details of a file, one by one. */
export async function* readKindRecords(
  kind: KindDef,
  source: Source,
  options: KindReadOptions = {},
): AsyncGenerator<KindRecord> {
  for await (const batch of readKindBatches(kind, source, 1000, options)) yield* batch.records;
}

/** The details in batches of `size`, each to be decided before the next; the last may be empty. */
export async function* readKindBatches(
  kind: KindDef,
  source: Source,
  size: number,
  options: KindReadOptions = {},
): AsyncGenerator<KindBatch> {
  const reader = new KindReader(kind, options);
  let records: KindRecord[] = [];
  function* full(): Generator<KindBatch> {
    for (let record = reader.next(); record !== null; record = reader.next()) {
      if (records.length === size) {
        const last = records[size - 1]!;
        const batch = { records, next: { offset: last.nextOffset, line: last.line + 1 } };
        records = [];
        yield batch;
      }
      records.push(record);
    }
  }
  for await (const chunk of source) {
    reader.push(chunk);
    yield* full();
  }
  reader.finish();
  yield* full();
  yield { records, next: null };
}
