import type { Organization } from '@mdmr/directory';
import type { EventValue } from '@mdmr/events';
import { badHeaderField, CODES, nameFields, parseHeader, recordTrouble } from '@mdmr/formats';
import { Rejection } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { HUB, registeredLdc } from './organization.js';

/** A record of a CODES file. */
export interface CodesRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

export interface RateClass {
  readonly id: string;
  readonly text: string;
}

export interface RateClassState {
  readonly ldc: Organization | undefined;
  /** The list held, in the order of its file; null = none was loaded. */
  readonly held: readonly RateClass[] | null;
}

/**
 * Reads `HDR,CODES,1,MDMR,<ldc>,<file_id>,<created_at>`, `COD,rate-class,<id>,<text>`…, `TRL,<n>`
 * and replaces the LDC's list. The same list again is no change: null. Rejections: UNKNOWN_ORG,
 * UNKNOWN_LDC, BAD_CODES_FILE with the line.
 */
export function loadRateClasses(
  ldc: string,
  records: readonly CodesRecord[],
  state: RateClassState,
  now: Instant,
): EventValue<'participants.RateClassListLoaded'> | null {
  registeredLdc(state.ldc, ldc);
  checkEnvelope(ldc, records);
  const codes = records.slice(1, -1).map(rateClassOf);
  if (codes.length === 0) throw bad(1, 'the file has no COD record');
  const ids = new Set<string>();
  codes.forEach(({ id }, i) => {
    if (ids.has(id)) throw bad(records[i + 1]!.line, `${id} stands twice`);
    ids.add(id);
  });
  return state.held !== null && same(state.held, codes) ? null : { at_ms: now, ldc, codes };
}

function checkEnvelope(ldc: string, records: readonly CodesRecord[]): void {
  const [header, trailer] = [records[0], records.at(-1)];
  if (header === undefined || trailer === undefined) throw bad(1, 'the file is empty');
  const expected = ['HDR', CODES.kind, '1', HUB, ldc];
  const wrong = expected.findIndex((value, i) => header.fields[i] !== value);
  if (wrong >= 0) throw bad(header.line, `field ${wrong + 1} is not ${expected[wrong]}`);
  const field = badHeaderField(CODES, parseHeader(header.fields));
  if (field !== null) throw bad(header.line, `${field} is missing or not allowed`);
  const count = records.length - 2;
  const [type, given = ''] = trailer.fields;
  if (count < 0 || type !== 'TRL') throw bad(trailer.line, 'the last record is no TRL');
  if (trailer.fields.length > 2 || !/^\d+$/.test(given) || Number(given) !== count) {
    throw bad(trailer.line, `TRL ${given} records ${count}`);
  }
}

function rateClassOf({ line, fields }: CodesRecord): RateClass {
  const record = nameFields(CODES, [...fields], line, 0);
  const trouble = recordTrouble(record);
  if (trouble !== null) throw bad(line, `${trouble.field} is missing or not allowed`);
  return { id: record.values['id']!, text: record.values['text']! };
}

function bad(line: number, sentence: string): Rejection {
  return new Rejection('BAD_CODES_FILE', `line ${line}: ${sentence}`);
}

function same(a: readonly RateClass[], b: readonly RateClass[]): boolean {
  return a.length === b.length && a.every((c, i) => c.id === b[i]!.id && c.text === b[i]!.text);
}
