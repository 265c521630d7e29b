import { CmepFields, MAX_TRIPLES } from './cmep-fields.js';

const fields = new CmepFields();
const COUNT_FIELD = 13;

/**
 * How many values a line counts whatever becomes of it: field 14 if that is 1 to 48, else 0 (count
 * it 1).
 */
export function cmepValueCount(bytes: Buffer, start: number, end: number): number {
  fields.cut(bytes, start, end);
  return countInFields(fields);
}

/** The same of a line that has been cut. */
export function countInFields(cut: CmepFields): number {
  const count = cut.malformed ? -1 : cut.smallNumber(COUNT_FIELD);
  return count >= 1 && count <= MAX_TRIPLES ? count : 0;
}
