/** IR07: whether a record is right by itself. The first reason that holds is told. */
import { FRAMINGS, parsePostalCode } from '@mdmr/formats';
import { DAY_MS, dayOfInstant, startOfDay } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { formatFrom, recordKey } from './directory.js';
import type { RecordType, Values } from './directory.js';
import type { ContentReason, RawRow, SetFacts } from './facts.js';
import { hasForm, parseTime, storedForm } from './field-forms.js';
import { layoutOf } from './record-layout.js';
import type { Layout } from './record-layout.js';
import type { SyncRecord } from './record.js';

/** Why a record is refused: a row of IR07. */
export interface ContentRejection {
  readonly part: number;
  readonly file_id: string;
  readonly line: number;
  /** As received; empty for an MTR. */
  readonly usdp_id: string;
  readonly record_key: string;
  readonly field: string;
  readonly reason: ContentReason;
  /** As received. */
  readonly value: string;
  /** What the row names as far as it can be read: a rejected row counts as present. */
  readonly names: Named | null;
}

export interface Named {
  readonly type: RecordType;
  readonly owner: string;
  readonly name: string;
}

export type Checked =
  | { readonly ok: true; readonly record: SyncRecord }
  | { readonly ok: false; readonly rejection: ContentRejection };

type Trouble = { readonly field: string; readonly reason: ContentReason } | null;

/** A row being read. */
interface Reading {
  readonly raw: RawRow;
  readonly type: RecordType;
  readonly layout: Layout;
  readonly withdraw: boolean;
  get(field: string): string;
  /** Fields the record is judged by: all, or those a WITHDRAW needs. */
  readonly judged: readonly string[];
}

/** Judges one row by its own content; DUPLICATE_RECORD is `checkRows`'s. */
function readingOf(raw: RawRow): Reading | null {
  const found = layoutOf(raw.fields[0] ?? '', raw.part);
  if (found === null) return null;
  const { type, layout } = found;
  const get = (field: string): string => raw.fields[layout.position[field] ?? -1] ?? '';
  const withdraw = get('action') === 'WITHDRAW';
  const judged = withdraw ? layout.keyFields : layout.fields;
  return { raw, type, layout, withdraw, get, judged };
}

function missingField(r: Reading): Trouble {
  const needed = r.withdraw ? r.layout.keyFields : r.layout.mandatory;
  const missing = needed.filter((field) => r.get(field) === '');
  if (missing.length === 0) return null;
  const onlyZone = missing.length === 1 && missing[0] === 'time_zone';
  return { field: missing[0]!, reason: onlyZone ? 'TIME_ZONE_MISSING' : 'MANDATORY_FIELD_MISSING' };
}

/** First instant that lies too far ahead. */
function futureLimit(facts: SetFacts): Instant {
  return startOfDay(dayOfInstant(facts.now)) + (facts.futureDays + 1) * DAY_MS;
}

function isBad(r: Reading, field: string, value: string, facts: SetFacts): boolean {
  if (field === 'action') return value !== 'WITHDRAW' || facts.mode === 'PSYNC';
  if (field === r.layout.fromField) {
    const from = parseTime(r.type, value);
    return from === null || from >= futureLimit(facts);
  }
  if (r.type === 'ORG' && field === 'org_id' && r.get('role') === 'LDC') return value !== facts.ldc;
  return !hasForm(r.type, r.layout, field, value, nameOf(r));
}

function badField(r: Reading, facts: SetFacts): Trouble {
  if (r.raw.fields.length > r.layout.fields.length + 1) {
    return { field: 'record', reason: 'BAD_VALUE' };
  }
  for (const field of r.layout.fields) {
    const value = r.get(field);
    if (value === '' || !(field === 'action' || r.judged.includes(field))) continue;
    if (isBad(r, field, value, facts)) return { field, reason: 'BAD_VALUE' };
  }
  return null;
}

function issuanceTrouble(r: Reading, facts: SetFacts): Trouble {
  if (r.type === 'MTR') return null;
  const issued = facts.issued(r.get('usdp_id'));
  if (issued === null) return { field: 'usdp_id', reason: 'UNKNOWN_USDP' };
  return issued.ldc === facts.ldc ? null : { field: 'usdp_id', reason: 'WRONG_LDC' };
}

function formTrouble(r: Reading, facts: SetFacts): Trouble {
  if (r.withdraw) return null;
  if (r.type === 'SDP') {
    const postal = r.get('postal_code');
    if (postal !== '' && parsePostalCode(postal) === null) {
      return { field: 'postal_code', reason: 'BAD_POSTAL_CODE' };
    }
    if (facts.issued(r.get('usdp_id'))?.sdp_id !== r.get('sdp_id')) {
      return { field: 'sdp_id', reason: 'SDP_MISMATCH' };
    }
  }
  const framings: readonly string[] = FRAMINGS;
  if (r.type === 'SVC' && !framings.includes(r.get('framing'))) {
    return { field: 'framing', reason: 'UNKNOWN_FRAMING' };
  }
  return null;
}

/** TOU needs a calendar with bins; the others any or none, but one without bins is for PERIODIC. */
function framingFits(framing: string, hasBins: boolean | null): boolean {
  if (framing === 'TOU') return hasBins === true;
  return framing === 'PERIODIC' || hasBins !== false;
}

function serviceTrouble(r: Reading, facts: SetFacts): Trouble {
  if (r.type !== 'SVC' || r.withdraw) return null;
  const vee = r.get('vee_service');
  if (vee !== '' && !facts.isVeeService(vee)) {
    return { field: 'vee_service', reason: 'UNKNOWN_VEE_SERVICE' };
  }
  const calendarId = r.get('energy_purchase_service');
  const calendar = calendarId === '' ? null : facts.calendar(calendarId);
  if (calendarId !== '' && calendar === null) {
    return { field: 'energy_purchase_service', reason: 'UNKNOWN_CALENDAR' };
  }
  if (!framingFits(r.get('framing'), calendar === null ? null : calendar.hasBins)) {
    return { field: 'framing', reason: 'FRAMING_CALENDAR_MISMATCH' };
  }
  const rateClass = r.get('rate_class');
  if (rateClass !== '' && !facts.isRateClass(rateClass)) {
    return { field: 'rate_class', reason: 'UNKNOWN_RATE_CLASS' };
  }
  return null;
}

function storedValues(r: Reading): Values {
  const values: Record<string, string> = {};
  if (r.withdraw) {
    for (const field of r.layout.values) {
      if (r.layout.keyFields.includes(field)) values[field] = r.get(field);
    }
    return values;
  }
  for (const field of r.layout.values) {
    const value = r.get(field);
    if (value !== '') values[field] = storedForm(field, value, nameOf(r));
  }
  return values;
}

function nameOf(r: Reading): string {
  return r.layout.nameField === null ? '' : r.get(r.layout.nameField);
}

function recordOf(r: Reading): SyncRecord {
  const owner = r.get(r.layout.ownerField);
  const name = nameOf(r);
  const from = parseTime(r.type, r.get(r.layout.fromField))!;
  const end = r.layout.toField === null || r.withdraw ? '' : r.get(r.layout.toField);
  const values = storedValues(r);
  return {
    type: r.type,
    part: r.raw.part,
    file_id: r.raw.file_id,
    line: r.raw.line,
    withdraw: r.withdraw,
    owner,
    name,
    key: recordKey(r.type, owner, name, from, values),
    from,
    to: end === '' ? null : parseTime(r.type, end),
    values,
  };
}

/** `record_key` of a row that may be broken: what cannot be read stands as received. */
function keyAsReceived(r: Reading): string {
  const time = r.get(r.layout.fromField);
  const parsed = parseTime(r.type, time);
  const parts: string[] = [r.type, r.get(r.layout.ownerField)];
  if (r.type === 'INS') parts.push(r.get('meter_id'));
  if (r.type === 'ACC') parts.push(r.get('account_id'));
  if (r.layout.nameField !== null) parts.push(nameOf(r));
  if (r.layout.toField !== null) parts.push(parsed === null ? time : formatFrom(r.type, parsed));
  return parts.join('/');
}

function rejectionOf(r: Reading, trouble: NonNullable<Trouble>): ContentRejection {
  const { raw } = r;
  const owner = r.get(r.layout.ownerField);
  return {
    part: raw.part,
    file_id: raw.file_id,
    line: raw.line,
    usdp_id: r.type === 'MTR' ? '' : owner,
    record_key: keyAsReceived(r),
    field: trouble.field,
    reason: trouble.reason,
    value: trouble.field === 'record' ? raw.fields.join(',') : r.get(trouble.field),
    names: { type: r.type, owner, name: nameOf(r) },
  };
}

function unknownRecord(raw: RawRow): ContentRejection {
  return {
    part: raw.part,
    file_id: raw.file_id,
    line: raw.line,
    usdp_id: '',
    record_key: raw.fields[0] ?? '',
    field: 'record',
    reason: 'BAD_VALUE',
    value: raw.fields.join(','),
    names: null,
  };
}

/**
 * Judges rows in part and line order. Among rows with one key and date (PSYNC: one key) that are
 * right otherwise the first stands, the later ones are DUPLICATE_RECORD.
 */
export function checkRows(rows: readonly RawRow[], facts: SetFacts): Checked[] {
  const seen = new Set<string>();
  return rows.map((raw) => {
    const r = readingOf(raw);
    if (r === null) return { ok: false, rejection: unknownRecord(raw) };
    const before =
      missingField(r) ?? badField(r, facts) ?? issuanceTrouble(r, facts) ?? formTrouble(r, facts);
    if (before !== null) return { ok: false, rejection: rejectionOf(r, before) };
    const record = recordOf(r);
    // Keys of INS, ACC and ORG hold their date already.
    const identity = facts.mode === 'PSYNC' ? record.key : `${record.key}@${record.from}`;
    const trouble: Trouble = seen.has(identity)
      ? { field: r.layout.ownerField, reason: 'DUPLICATE_RECORD' }
      : serviceTrouble(r, facts);
    if (trouble !== null) return { ok: false, rejection: rejectionOf(r, trouble) };
    seen.add(identity);
    return { ok: true, record };
  });
}
