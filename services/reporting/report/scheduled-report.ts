import type { Participants } from '@mdmr/directory';
import type { EstDay, Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { Recipient, RecipientRole } from '../decide/recipients.js';
import type { Schedule } from '../decide/schedule.js';
import type { RowSource } from './report-file.js';

/** A run as recorded. */
export interface Run {
  readonly runId: string;
  readonly schedule: Schedule;
  readonly dataDay: EstDay;
  /** Events recorded later are not in its reports. */
  readonly asOfMs: Instant;
  /** One LDC only. */
  readonly org: string | null;
}

/** What a report of one run is asked for. */
export interface RunAsk {
  readonly run: Run;
  /** '' = what no LDC can be named for. */
  readonly ldc: string;
  /** as_of of the schedule's previous run for the LDC; null = from the beginning. */
  readonly sinceMs: Instant | null;
  readonly participants: Participants;
  readonly readsDueMinute: number;
  readonly heldListDays: number;
}

/** Rows for each recipient, from facts that were read once for all of them. */
export type RowsFor = (recipient: Recipient) => RowSource;

/** A report of a schedule, made for each LDC and recipient, also when it is empty. */
export interface ScheduledReport {
  readonly id: string;
  readonly schedule: Schedule;
  readonly columns: readonly string[];
  readonly to: readonly RecipientRole[];
  /** Also to the AMI operators of an LDC with the setting `ve-to-ami` Y. */
  readonly toAmiBySetting?: boolean;
  /** Rows that no LDC can be named for go to their senders alone, if there are any. */
  readonly senders?: (tx: Tx, ask: RunAsk) => Promise<string[]>;
  readonly rows: (tx: Tx, ask: RunAsk) => Promise<RowsFor>;
}
