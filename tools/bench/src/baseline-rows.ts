/** Channel days for the baselines: as many as were measured, of the same size and order. */
export interface BaselineRow {
  readonly day: number;
  readonly usdp: string;
  readonly version: number;
  /** 24 whole Wh, 4 bytes each. */
  readonly values: Buffer;
}

const VALUES = 24;
const INT4 = 4;

/** By day, then by service point; ids of ten digits in no order, as the hub gives them. */
export function* baselineRows(count: number, points: number): Generator<BaselineRow> {
  const usdps = Array.from({ length: points }, (_, i) => usdpOf(i));
  for (let i = 0; i < count; i += 1) {
    const values = Buffer.allocUnsafe(VALUES * INT4);
    for (let hour = 0; hour < VALUES; hour += 1) {
      values.writeInt32BE(100 + (scramble(i * VALUES + hour) % 1900), hour * INT4);
    }
    yield { day: Math.floor(i / points), usdp: usdps[i % points]!, version: 1, values };
  }
}

function usdpOf(i: number): string {
  return String(1_000_000_000 + scramble(i));
}

function scramble(n: number): number {
  let h = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
