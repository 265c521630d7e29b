import { PackedReader, PackedWriter } from '@mdmr/kernel';

/**
 * What billing keeps of a version of a channel day and no statement looks into, as bytes: one column is
 * written and read for a fraction of what eight cost.
 *
 * In this order (see packed-bytes.ts in the kernel): minutes of an interval, number of values, 1 if codes
 * follow else 0, values, codes, service, registers, lineage.
 */

/** See channel-day.ts for values, codes, service and registers. */
export interface DayBody {
  minutes: number;
  /** Wh; null is kept as 0. */
  values: readonly (number | null)[];
  codes: string | null;
  service: string;
  registers: string;
  /** `from-to custody_id file_id line meter_id` of each run of intervals, `;` between runs. */
  lineage: string;
}

const writer = new PackedWriter();

/** The bytes of a body. */
export function packBody(body: DayBody): Buffer {
  const { values, codes } = body;
  writer.uint(body.minutes);
  writer.uint(values.length);
  writer.uint(codes === null ? 0 : 1);
  for (let i = 0; i < values.length; i++) writer.int(values[i] ?? 0);
  if (codes !== null) writer.letters(codes);
  writer.text(body.service);
  writer.text(body.registers);
  writer.text(body.lineage);
  return writer.take();
}

/** A body as it is read: numbers at once, long texts when they are asked for. */
export class PackedBody {
  readonly minutes: number;
  /** Wh; 0 where there is none. */
  readonly values: readonly number[];
  readonly codes: string | null;
  readonly service: string;
  private readonly registersText: () => string;
  private readonly lineageText: () => string;

  constructor(bytes: Buffer) {
    const reader = new PackedReader(bytes);
    this.minutes = reader.uint();
    const count = reader.uint();
    const hasCodes = reader.uint() === 1;
    const values = new Array<number>(count);
    for (let i = 0; i < count; i++) values[i] = reader.int();
    this.values = values;
    this.codes = hasCodes ? reader.letters(count) : null;
    this.service = reader.text();
    this.registersText = reader.laterText();
    this.lineageText = reader.laterText();
  }

  get registers(): string {
    return this.registersText();
  }

  get lineage(): string {
    return this.lineageText();
  }
}
