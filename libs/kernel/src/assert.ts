import { Defect } from './errors.js';

/** Throws a Defect `ASSERTION` unless the condition holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Defect('ASSERTION', message);
}

/** The value, or a Defect if it is null or undefined. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Defect('ASSERTION', `${what} is missing`);
  return value;
}

/** For the default branch of an exhaustive switch. */
export function assertNever(value: never): never {
  throw new Defect('ASSERTION', `unexpected value ${String(value)}`);
}
