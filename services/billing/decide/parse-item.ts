/** A REQ record of a BQ-REQ file: what it asks for, or why it cannot even be asked. */
import { recordTrouble } from '@mdmr/formats';
import type { KindRecord } from '@mdmr/formats';
import { parseEstDay, parseInstant } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';
import type { Refusal } from './refusal.js';

/** What a REQ says, as far as it parses. `start` and `end` as received. */
export interface ParsedItem {
  line: number;
  usdpId: string;
  start: string;
  end: string;
  startDay: EstDay | null;
  endDay: EstDay | null;
  /** Empty = not given. */
  accountId: string;
  asKnownOnMs: Instant | null;
  purpose: string;
  /** MANDATORY_FIELD_MISSING or BAD_VALUE with the field's name; null = well formed. */
  refusal: Refusal | null;
}

/** `now` bounds as_known_on: a future instant is a bad value. */
export function parseItem(record: KindRecord, now: Instant): ParsedItem {
  const { line, values } = record;
  const text = (name: string): string => values[name] ?? '';
  const asKnownOn = text('as_known_on');
  const item: ParsedItem = {
    line,
    usdpId: text('usdp_id'),
    start: text('start_date'),
    end: text('end_date'),
    startDay: parseEstDay(text('start_date')),
    endDay: parseEstDay(text('end_date')),
    accountId: text('account_id'),
    asKnownOnMs: asKnownOn === '' ? null : parseInstant(asKnownOn),
    purpose: text('purpose'),
    refusal: null,
  };
  const trouble = recordTrouble(record);
  if (trouble !== null) {
    return { ...item, refusal: { reason: trouble.reason, detail: trouble.field } };
  }
  if (item.asKnownOnMs !== null && item.asKnownOnMs > now) {
    return { ...item, refusal: { reason: 'BAD_VALUE', detail: 'as_known_on' } };
  }
  return item;
}
