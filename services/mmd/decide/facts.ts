/** What a set is judged against beside the directory: issued ids, participants, VEE, calendars. */
import type { EstDay, Instant } from '@mdmr/kernel';
import type { CalendarBins } from './calendar-bins.js';

export type Mode = 'PSYNC' | 'ISYNC';
export type AgentFunction = 'READS' | 'BILLING';

export interface SetFacts {
  readonly ldc: string;
  readonly mode: Mode;
  /** Instant of application; its EST day is the day of application. */
  readonly now: Instant;
  readonly futureDays: number;
  readonly backdateDays: number;
  /** For whom a USDP ID was issued. */
  issued(usdp: string): { readonly ldc: string; readonly sdp_id: string } | null;
  isVeeService(id: string): boolean;
  calendar(id: string): CalendarBins | null;
  /** True also while no list is loaded. */
  isRateClass(id: string): boolean;
  isOrganization(id: string): boolean;
  isDelegated(agent: string, agentFunction: AgentFunction, day: EstDay): boolean;
  /** Whether the head-end is registered for this LDC. */
  isAmcc(id: string): boolean;
  /** `default-vee.<category>` on the day. */
  defaultVee(category: string, day: EstDay): string | null;
}

/** A record as it stands in its file. */
export interface RawRow {
  readonly part: number;
  readonly file_id: string;
  readonly line: number;
  readonly fields: readonly string[];
}

export const CONTENT_REASONS = [
  'MANDATORY_FIELD_MISSING',
  'TIME_ZONE_MISSING',
  'BAD_VALUE',
  'UNKNOWN_USDP',
  'WRONG_LDC',
  'BAD_POSTAL_CODE',
  'UNKNOWN_FRAMING',
  'SDP_MISMATCH',
  'DUPLICATE_RECORD',
  'UNKNOWN_VEE_SERVICE',
  'UNKNOWN_CALENDAR',
  'FRAMING_CALENDAR_MISMATCH',
  'UNKNOWN_RATE_CLASS',
] as const;
export type ContentReason = (typeof CONTENT_REASONS)[number];

/** In the order in which they are told. */
export const RELATION_REASONS = [
  'DEPENDS_ON_REJECTED',
  'NOTHING_TO_WITHDRAW',
  'UNKNOWN_ORG',
  'NOT_DELEGATED',
  'UNKNOWN_AMCC',
  'UNKNOWN_METER',
  'METER_ID_CONFLICT',
  'AMCD_CONFLICT',
  'EFFECTIVE_DATE_CONFLICT',
  'METER_ALREADY_INSTALLED',
  'INSTALL_OVERLAP',
  'INTERVAL_STRADDLES_BIN',
] as const;
export type RelationReason = (typeof RELATION_REASONS)[number];
