/** One MEPMD01 line from its bytes to numbers, without a string or an object a value. */
import { MINUTE_MS } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { countInFields } from './cmep-count.js';
import { CmepFields, FIXED_FIELDS } from './cmep-fields.js';
import { CmepFlag, CmepLine } from './cmep-line.js';
import type { CmepReason } from './cmep-line.js';
import { NumberReader } from './cmep-numbers.js';
import { StampReader, intervalMinutesOf } from './cmep-stamps.js';
import { cmepUnits } from './cmep-units.js';

/** Longest line in characters. */
export const MAX_CMEP_LINE_CHARACTERS = 2048;
const RECORD_TYPE = 'MEPMD01';
/** Fields 1, 2, 3, 8, 9, 10, 11, 13, 14, counted from 0. */
const MANDATORY = [0, 1, 2, 7, 8, 9, 10, 12, 13];
const SENDER = 2;
const RECEIVER_CUSTOMER = 5;
const DEVICE = 7;
const PURPOSE = 8;
const COMMODITY = 9;
const UNITS = 10;
const CONSTANT = 11;
const INTERVAL = 12;

export interface CmepOptions {
  /** Whether the head-end of field 3 stamps in UTC; default: all stamp in EST. */
  utc?: (sender: string) => boolean;
}

export class CmepParser {
  private readonly fields = new CmepFields();
  /** Overwritten by every parse(). */
  readonly line = new CmepLine(this.fields);
  private readonly numbers = new NumberReader();
  private readonly stamps = new StampReader();
  private readonly utc: (sender: string) => boolean;
  private readable = false;
  private unitsBefore = '';
  private badStamp = false;
  private badValue = false;

  constructor(options: CmepOptions = {}) {
    this.utc = options.utc ?? (() => false);
  }

  /**
   * Reads the line in bytes [start, end), of which `length` is the full length if it was cut short.
   */
  parse(
    bytes: Buffer,
    start: number,
    end: number,
    lineNumber: number,
    length = end - start,
  ): CmepLine {
    const { fields, line } = this;
    fields.cut(bytes, start, end);
    line.line = lineNumber;
    line.count = 0;
    line.values = countInFields(fields) || 1;
    this.readTexts();
    line.reason = isTooLong(bytes, start, end, length) ? 'NOT_CMEP' : this.reasonAndValues();
    return line;
  }

  /** The texts of a line, as far as they can be read. Most are those of the line before. */
  private readTexts(): void {
    const { fields, line } = this;
    this.readable = !fields.malformed && fields.is(0, RECORD_TYPE);
    if (!this.readable) {
      line.sender = line.receiverCustomer = line.device = line.purpose = line.units = '';
      line.channel = null;
      line.register = false;
      return;
    }
    line.sender = fields.textLike(SENDER, line.sender);
    line.receiverCustomer = fields.textLike(RECEIVER_CUSTOMER, line.receiverCustomer);
    line.device = fields.textLike(DEVICE, line.device);
    line.purpose = fields.textLike(PURPOSE, line.purpose);
    this.readUnits();
  }

  /** Interval and register lines alternate, so the units of the line before last are tried too. */
  private readUnits(): void {
    const { fields, line } = this;
    const last = line.units;
    if (line.channel !== null && fields.is(UNITS, last)) return;
    const units = fields.textLike(UNITS, this.unitsBefore);
    const known = cmepUnits(units);
    this.unitsBefore = last;
    line.units = units;
    line.channel = known?.channel ?? null;
    line.register = known?.register ?? false;
  }

  private reasonAndValues(): CmepReason | null {
    const { fields, line } = this;
    if (!this.readable || fields.count < FIXED_FIELDS) return 'NOT_CMEP';
    for (const i of MANDATORY) if (fields.isEmpty(i)) return 'NOT_CMEP';
    const count = countInFields(fields);
    if (count === 0) return 'NOT_CMEP';
    if (!this.countMatches(count)) return 'COUNT_MISMATCH';
    if (line.purpose !== 'OK' && line.purpose !== 'RESEND') return 'PURPOSE_NOT_LOADED';
    if (line.channel === null) return 'UNKNOWN_UNIT';
    line.count = count;
    this.badStamp = false;
    this.badValue = !fields.is(COMMODITY, 'E') || !this.readConstant();
    const intervalKnown = this.readInterval();
    this.readTriples(count);
    if (this.badStamp) return 'BAD_TIMESTAMP';
    return this.badValue || !intervalKnown ? 'BAD_VALUE' : null;
  }

  /**
   * Field 14 against the triples; a trailing H and 4 hex digits is cut off, as a field or glued on.
   */
  private countMatches(count: number): boolean {
    const { bytes, starts, count: all } = this.fields;
    const last = FIXED_FIELDS + 3 * count;
    if (all !== last && all !== last + 1) return false;
    const end = starts[all]! - 1;
    const hashed = isHash(bytes, Math.max(end - 5, starts[all - 1]!), end);
    if (all === last) {
      if (hashed) starts[all]! -= 5;
      return true;
    }
    return hashed && end - starts[all - 1]! === 5;
  }

  private readConstant(): boolean {
    const { fields, line, numbers } = this;
    line.constantUnits = 1;
    line.constantScale = 0;
    line.largeConstant = null;
    if (fields.isEmpty(CONSTANT)) return true;
    const start = fields.starts[CONSTANT]!;
    if (!numbers.read(fields.bytes, start, fields.starts[CONSTANT + 1]! - 1)) return false;
    if (numbers.amount === 0) return true;
    line.constantUnits = numbers.amount;
    line.constantScale = numbers.scale;
    line.largeConstant = numbers.large;
    return !(numbers.amount < 0) && !((numbers.large?.units ?? 0n) < 0n);
  }

  /** Field 13, which registers ignore. */
  private readInterval(): boolean {
    const { bytes, starts } = this.fields;
    this.line.intervalMinutes = 0;
    if (this.line.register) return true;
    const minutes = intervalMinutesOf(bytes, starts[INTERVAL]!, starts[INTERVAL + 1]! - 1);
    if (minutes < 0) return false;
    this.line.intervalMinutes = minutes;
    return true;
  }

  private readTriples(count: number): void {
    const { line, fields } = this;
    const { starts } = fields;
    const utc = this.utc(line.sender);
    if (line.large.size > 0) line.large.clear();
    let end: Instant = Number.NaN;
    for (let i = 0, f = FIXED_FIELDS; i < count; i++, f += 3) {
      const start = starts[f]!;
      const flag = starts[f + 1]!;
      const value = starts[f + 2]!;
      end = this.readEnd(start, flag - 1, end, utc);
      line.ends[i] = end;
      this.readFlag(i, flag, value - 1);
      this.readValue(i, value, starts[f + 3]! - 1);
    }
  }

  /** The end stamp in bytes [start, stop), an empty one being `previous` + interval. */
  private readEnd(start: number, stop: number, previous: Instant, utc: boolean): Instant {
    const { stamps } = this;
    const minutes = this.line.intervalMinutes;
    let end: Instant;
    if (stop > start) {
      end = stamps.read(this.fields.bytes, start, stop, utc);
    } else {
      // An interval of 0 minutes is a register's, or one that could not be read.
      end = minutes > 0 || !this.line.register ? previous + minutes * MINUTE_MS : Number.NaN;
      stamps.advance(minutes);
    }
    if (Number.isNaN(end)) this.badStamp = true;
    else if (minutes > 0 && stamps.minuteOfDay % minutes !== 0) this.badStamp = true;
    return end;
  }

  private readFlag(i: number, start: number, end: number): void {
    const { line, fields } = this;
    line.maskStarts[i] = start + 1;
    line.maskEnds[i] = end;
    line.flags[i] = CmepFlag.VALIDATED;
    if (start >= end) return;
    const letter = fields.bytes[start]!;
    const flag = letter === 82 ? CmepFlag.RAW : flagOf(letter);
    if (flag < 0) this.badValue = true;
    else line.flags[i] = flag;
    for (let at = start + 1; at < end; at++) {
      const byte = fields.bytes[at]!;
      if (byte < 48 || byte > 57) this.badValue = true;
    }
  }

  private readValue(i: number, start: number, end: number): void {
    const { line, numbers } = this;
    const absent = line.flags[i] === CmepFlag.NO_VALUE;
    line.amounts[i] = 0;
    line.scales[i] = 0;
    if (absent && start >= end) return;
    if (!numbers.read(this.fields.bytes, start, end)) {
      this.badValue = true;
    } else if (!absent) {
      line.amounts[i] = numbers.amount;
      line.scales[i] = numbers.scale;
      if (numbers.large !== null) line.large.set(i, numbers.large);
    }
  }
}

/** The flag of a letter other than R, -1 if it is none. */
function flagOf(byte: number): number {
  switch (byte) {
    case 65:
      return CmepFlag.ADJUSTED;
    case 69:
      return CmepFlag.ESTIMATED;
    case 78:
      return CmepFlag.NO_VALUE;
    default:
      return -1;
  }
}

function isHash(bytes: Buffer, start: number, end: number): boolean {
  if (end - start !== 5 || bytes[start] !== 72) return false;
  for (let i = start + 1; i < end; i++) {
    const byte = bytes[i]!;
    const hex =
      (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102);
    if (!hex) return false;
  }
  return true;
}

function isTooLong(bytes: Buffer, start: number, end: number, length: number): boolean {
  if (length <= MAX_CMEP_LINE_CHARACTERS) return false;
  // Every character but its first byte is 10xxxxxx.
  let characters = length - (end - start);
  for (let i = start; i < end; i++) if ((bytes[i]! & 0xc0) !== 0x80) characters++;
  return characters > MAX_CMEP_LINE_CHARACTERS;
}
