import { EST_OFFSET_MS, civilParts, dayOfInstant, startOfDay } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { formatCsvRecord } from '../csv/csv-writer.js';

export interface CmepTriple {
  /** Null = previous + interval. */
  end: Instant | null;
  /** Letter and mask, mostly empty or `R`. */
  flag: string;
  /** kWh or kVARh as text; empty with flag N. */
  value: string;
}

export interface CmepLineInput {
  /** Field 3: the AMCC id. */
  sender: string;
  /** Field 8. */
  device: string;
  /** `KWH`, `GKWHREG`, ... */
  units: string;
  /** Field 13; 0 for registers. */
  intervalMinutes: number;
  triples: readonly CmepTriple[];
  /** Field 7. */
  recordedAt: Instant;
  /** Field 6: the other of meter and AMCD id. Default empty. */
  receiverCustomer?: string;
  /** Default `OK`. */
  purpose?: string;
  /** Field 12. Default `1`. */
  constant?: string;
  /** Stamps in UTC instead of EST. */
  utc?: boolean;
}

/** A MEPMD01 line without its end. Field 7 is always EST. */
export function formatCmepLine(input: CmepLineInput): string {
  const fields = [
    'MEPMD01',
    '19970819',
    input.sender,
    '',
    'MDMR',
    input.receiverCustomer ?? '',
    formatCmepStamp(input.recordedAt),
    input.device,
    input.purpose ?? 'OK',
    'E',
    input.units,
    input.constant ?? '1',
    formatCmepInterval(input.intervalMinutes),
    String(input.triples.length),
  ];
  for (const { end, flag, value } of input.triples) {
    fields.push(end === null ? '' : formatCmepStamp(end, input.utc), flag, value);
  }
  return formatCsvRecord(fields);
}

/** `CCYYMMDDHHMM`, EST or UTC; midnight is 0000 of the next day. */
export function formatCmepStamp(instant: Instant, utc = false): string {
  // The calendar of UTC is that of EST, five hours of stamps apart.
  const wall = utc ? instant - EST_OFFSET_MS : instant;
  const day = dayOfInstant(wall);
  const p = civilParts(day);
  const minutes = Math.floor((wall - startOfDay(day)) / 60_000);
  const text = (value: number, width: number): string => String(value).padStart(width, '0');
  const date = `${text(p.year, 4)}${text(p.month, 2)}${text(p.day, 2)}`;
  return `${date}${text(Math.floor(minutes / 60), 2)}${text(minutes % 60, 2)}`;
}

/** `MMDDHHMM`: 60 is `00000100`. */
export function formatCmepInterval(minutes: number): string {
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const value = days * 10_000 + hours * 100 + (minutes % 60);
  return String(value).padStart(8, '0');
}
