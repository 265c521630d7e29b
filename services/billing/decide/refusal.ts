/** Reasons of IR08, in the order in which they are judged. */
export const REASONS = [
  'MANDATORY_FIELD_MISSING',
  'BAD_VALUE',
  'UNKNOWN_USDP',
  'NOT_AUTHORIZED',
  'BAD_PERIOD',
  'ACCOUNT_MISMATCH',
  'SDP_NOT_ACTIVE',
  'FRAMING_UNDEFINED',
  'NO_METER',
  'MISSING_INTERVALS',
  'NEEDS_VERIFY_EDIT',
] as const;
export type Reason = (typeof REASONS)[number];

const WAITING: ReadonlySet<Reason> = new Set([
  'SDP_NOT_ACTIVE',
  'FRAMING_UNDEFINED',
  'NO_METER',
  'MISSING_INTERVALS',
  'NEEDS_VERIFY_EDIT',
]);

/** Why an item is not answered. */
export interface Refusal {
  reason: Reason;
  detail: string;
}

/** Whether an item with this reason may still be answered until its window ends; others end at once. */
export function mayWait(reason: Reason): boolean {
  return WAITING.has(reason);
}
