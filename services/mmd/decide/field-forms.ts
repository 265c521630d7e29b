/** Stored forms of the fields of sync records, their times, and when two groups of values are one. */
import { CHANNELS, isAttributeValue, isFieldValue, parsePostalCode } from '@mdmr/formats';
import { parseChannels, parseRegisterReads } from '@mdmr/formats';
import { decimalToString, parseDecimal, parseEstDay, parseInstant } from '@mdmr/kernel';
import { startOfDay, trimDecimal } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import type { RecordType, Values } from './directory.js';
import type { Layout } from './record-layout.js';

/** Whether a non-empty field has its form; the value of an ATR by its name. */
export function hasForm(
  type: RecordType,
  layout: Layout,
  field: string,
  value: string,
  name: string,
): boolean {
  if (type === 'ATR' && field === 'value') return isAttributeValue(name, value);
  return isFieldValue(layout.types[field]!, value);
}

/** A decimal without trailing zeros, so that 1.0 and 1 are one. */
function plainDecimal(value: string): string {
  const parsed = parseDecimal(value);
  return parsed === null ? value : decimalToString(trimDecimal(parsed));
}

/** The form in which a value that hasForm() has passed is held. */
export function storedForm(field: string, value: string, name: string): string {
  switch (field) {
    case 'postal_code':
      return parsePostalCode(value) ?? value;
    case 'multiplier':
      return plainDecimal(value);
    case 'value':
      return name === 'SERVICE_KW' || name === 'GENERATION_KW' ? plainDecimal(value) : value;
    case 'channels': {
      const given = parseChannels(value) ?? [];
      return CHANNELS.filter((c) => given.includes(c)).join('+');
    }
    case 'install_reads':
    case 'removal_reads': {
      // Decimals stay as they came: they tell the resolution of the register.
      const reads = parseRegisterReads(value);
      const listed = CHANNELS.filter((c) => reads?.has(c));
      return listed.map((c) => `${c}=${reads?.get(c)}`).join('+');
    }
    default:
      return value;
  }
}

/** Date fields: a day for most, a timestamp for INS, either for MTR. */
export function parseTime(type: RecordType, value: string): Instant | null {
  const day = type === 'INS' ? null : parseEstDay(value);
  if (day !== null) return startOfDay(day);
  return type === 'INS' || type === 'MTR' ? parseInstant(value) : null;
}

/** `KWH=100.000` and `KWH=100` are the same read. */
function comparableReads(value: string): string {
  const reads = [...(parseRegisterReads(value) ?? [])];
  return reads.map(([channel, read]) => `${channel}=${plainDecimal(read)}`).join('+');
}

function sameField(field: string, a: string, b: string): boolean {
  if (a === b) return true;
  if (field !== 'install_reads' && field !== 'removal_reads') return false;
  return comparableReads(a) === comparableReads(b);
}

/** Whether two groups of values say the same; absent and empty are one. */
export function sameValues(a: Values, b: Values, ignore?: string): boolean {
  for (const field in a) {
    if (field !== ignore && !sameField(field, a[field] ?? '', b[field] ?? '')) return false;
  }
  for (const field in b) {
    if (field !== ignore && b[field] !== '' && !(field in a)) return false;
  }
  return true;
}
