/** The directory as the sent sets leave it: which meter measures which service point, and how. */
import { csvRecords } from './csv.js';
import { parseExact, type Exact } from './energy.js';

export interface Meter {
  readonly multiplier: Exact;
  readonly intervalMinutes: number;
  readonly channels: ReadonlySet<string>;
}

export interface Directory {
  readonly meters: ReadonlyMap<string, Meter>;
  /** USDP ID by meter; a meter that is nowhere is not in it. */
  readonly pointOfMeter: ReadonlyMap<string, string>;
}

/**
 * Reads the parts of sets, in whatever order they were sent. Records are taken as sound: what a set
 * says later replaces what one said before, `WITHDRAW` takes an installation back.
 */
export function readDirectory(parts: readonly string[]): Directory {
  const meters = new Map<string, Meter>();
  const pointOfMeter = new Map<string, string>();
  const read = parts.map(csvRecords).sort((a, b) => sequenceOf(a) - sequenceOf(b));
  const withdrawn = (fields: readonly string[]) => fields.at(-1) === 'WITHDRAW';
  for (const records of read) {
    const installations = records.filter(([type]) => type === 'INS');
    for (const fields of installations.filter(withdrawn)) {
      const [, usdp, meter] = fields;
      if (pointOfMeter.get(meter!) === usdp) pointOfMeter.delete(meter!);
    }
    for (const fields of installations.filter((one) => !withdrawn(one))) {
      pointOfMeter.set(fields[2]!, fields[1]!);
    }
    for (const fields of records.filter(([type]) => type === 'MTR')) {
      meters.set(fields[1]!, meterOf(fields));
    }
  }
  return { meters, pointOfMeter };
}

/** Header: HDR, kind, 1, sender, ldc, file_id, created_at, mode, set_id, sequence, part, 6. */
function sequenceOf(records: readonly (readonly string[])[]): number {
  return Number(records[0]![9]);
}

/** MTR, meter_id, amcd_id, amcc_id, effective_from, interval_minutes, multiplier, dials, channels. */
function meterOf(fields: readonly string[]): Meter {
  const multiplier = parseExact(fields[6]!);
  if (multiplier === null) throw new Error(`${fields.join()}: no multiplier`);
  return {
    multiplier,
    intervalMinutes: Number(fields[5]),
    channels: new Set(fields[8]!.split('+')),
  };
}
