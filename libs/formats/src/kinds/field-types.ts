/**
 * Types of fields of CSV kinds and their forms. An empty field is absent and never checked here.
 */
import {
  formatEnergyKwh,
  formatEstDay,
  formatInstant,
  isId,
  isText,
  parseDecimal,
  parseEnergyWh,
  parseEstDay,
  parseInstant,
  parseTimeOfDay,
} from '@mdmr/kernel';

export type FieldType =
  | 'id'
  | 'text'
  | 'date'
  | 'timestamp'
  | 'date-or-timestamp'
  /** Digits, 0 or more, at most 15. */
  | 'integer'
  /** An integer from 1. */
  | 'ordinal'
  /** Optional `-`, digits, decimals; no exponent. */
  | 'decimal'
  | 'decimal-above-0'
  | 'energy'
  | 'channels'
  | 'register-reads'
  /** `HH:MM`, 24:00 allowed. */
  | 'time-of-day'
  /** `MM-DD`, also 02-29. */
  | 'month-day'
  /** Judged by the service, under a reason of its own. */
  | 'any'
  /** One of these codes. */
  | readonly string[];

/** Channels of the directory, in the order of billing. */
export const CHANNELS = ['KWH', 'GKWH', 'KVARH'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Whether a non-empty text has the form of the type. */
export function isFieldValue(type: FieldType, text: string): boolean {
  if (typeof type !== 'string') return type.includes(text);
  return CHECKS[type](text);
}

const CHECKS: Record<Exclude<FieldType, readonly string[]>, (text: string) => boolean> = {
  id: isId,
  text: isText,
  date: (text) => parseEstDay(text) !== null,
  timestamp: (text) => parseInstant(text) !== null,
  'date-or-timestamp': (text) => parseEstDay(text) !== null || parseInstant(text) !== null,
  integer: (text) => /^\d{1,15}$/.test(text),
  ordinal: (text) => /^\d{1,15}$/.test(text) && Number(text) > 0,
  decimal: (text) => parseDecimal(text) !== null,
  'decimal-above-0': (text) => (parseDecimal(text)?.units ?? 0n) > 0n,
  energy: (text) => parseEnergyWh(text) !== null,
  channels: (text) => parseChannels(text) !== null,
  'register-reads': (text) => parseRegisterReads(text) !== null,
  'time-of-day': (text) => parseTimeOfDay(text, { allow24: true }) !== null,
  'month-day': (text) => parseEstDay(`2000-${text}`) !== null,
  any: () => true,
};

/** `KWH+GKWH` as a list in the order given; null if a part is no channel or stands twice. */
export function parseChannels(text: string): Channel[] | null {
  const parts = text.split('+') as Channel[];
  const valid = parts.every((part) => CHANNELS.includes(part));
  return valid && new Set(parts).size === parts.length ? parts : null;
}

/** `KWH=3.2+GKWH=0`: meter units by channel, as decimal text of 0 or more; null if malformed. */
export function parseRegisterReads(text: string): Map<Channel, string> | null {
  const reads = new Map<Channel, string>();
  for (const part of text.split('+')) {
    const cut = part.indexOf('=');
    const channel = part.slice(0, cut) as Channel;
    const value = part.slice(cut + 1);
    if (cut < 0 || !CHANNELS.includes(channel) || reads.has(channel)) return null;
    if (value.startsWith('-') || parseDecimal(value) === null) return null;
    reads.set(channel, value);
  }
  return reads;
}

/**
 * What a writer takes for a field: text as it is, or a number in the unit of the type; null =
 * absent.
 */
export type FieldInput = string | number | null | undefined;

/**
 * Canonical text: dates from EstDays, timestamps from Instants, energy from Wh, integers; texts in
 * NFC.
 */
export function formatField(type: FieldType, value: FieldInput): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return type === 'text' ? value.normalize('NFC') : value;
  if (type === 'date') return formatEstDay(value);
  if (type === 'timestamp') return formatInstant(value);
  if (type === 'energy') return formatEnergyKwh(value);
  return String(value);
}
