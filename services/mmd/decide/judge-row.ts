/** What a row cannot be because of facts or what is held, whatever the other rows say. */
import { DAY_MS, dayOfInstant, startOfDay } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { slotOf, versionsOf } from './directory.js';
import type { Version } from './directory.js';
import type { Draft, Row } from './draft.js';
import { sameValues } from './field-forms.js';
import { alone } from './violation.js';
import type { Violation } from './violation.js';

export function judgeRow(draft: Draft, row: Row): Violation[] {
  const found: Violation[] = [];
  const held = heldVersion(draft, row);
  if (row.withdraw) {
    if (held === null) found.push(alone(row, 'NOTHING_TO_WITHDRAW'));
  } else {
    if (row.type === 'ORG') found.push(...judgeAgent(draft, row));
    if (row.type === 'MTR' && !draft.facts.isAmcc(row.values['amcc_id']!)) {
      found.push(alone(row, 'UNKNOWN_AMCC'));
    }
    if (row.to !== null && row.to <= row.from) {
      found.push(alone(row, 'EFFECTIVE_DATE_CONFLICT'));
    }
  }
  if (draft.facts.mode === 'ISYNC' && isTooFarBack(draft, row, held)) {
    found.push(alone(row, 'EFFECTIVE_DATE_CONFLICT'));
  }
  return found;
}

/** The held version with the key and date of the row. */
function heldVersion(draft: Draft, row: Row): Version | null {
  const slot = slotOf(row.type, row.from, row.values);
  const versions = versionsOf(draft.held, row.type, row.owner, row.name);
  return versions.find((v) => slotOf(row.type, v.from_ms, v.values) === slot) ?? null;
}

/**
 * The function must be in force on the later of the row's date and the day of application, if the
 * relation still is: an agent that lost it can be ended.
 */
function judgeAgent(draft: Draft, row: Row): Violation[] {
  const agent = row.values['org_id']!;
  if (!draft.facts.isOrganization(agent)) return [alone(row, 'UNKNOWN_ORG')];
  if (row.name === 'LDC') return [];
  const at = Math.max(row.from, draft.dayStart);
  if (row.to !== null && row.to <= at) return [];
  const agentFunction = row.name === 'AMI_OPERATOR' ? 'READS' : 'BILLING';
  const delegated = draft.facts.isDelegated(agent, agentFunction, dayOfInstant(at));
  return delegated ? [] : [alone(row, 'NOT_DELEGATED')];
}

/** The earliest instant at which the row changes what is true; null = it changes nothing. */
function changesFrom(row: Row, held: Version | null): Instant | null {
  if (row.unchanged) return null;
  if (held === null || row.withdraw) return row.from;
  if (!sameValues(held.values, row.values, 'removal_reads')) return row.from;
  const ends = [held.to_ms, row.to].filter((end) => end !== null);
  return ends.length === 0 ? row.from : Math.min(...ends);
}

function isTooFarBack(draft: Draft, row: Row, held: Version | null): boolean {
  const from = changesFrom(row, held);
  if (from === null) return false;
  const limit = draft.dayStart - draft.facts.backdateDays * DAY_MS;
  return startOfDay(dayOfInstant(from)) < limit && !createsSdp(draft, row);
}

/** Whether the set creates the row's SDP; of a meter, an SDP at which the set installs it. */
function createsSdp(draft: Draft, row: Row): boolean {
  if (row.type !== 'MTR') return isCreated(draft, row.owner);
  return draft.installRowsOf(row.owner).some((r) => !r.withdraw && isCreated(draft, r.owner));
}

function isCreated(draft: Draft, usdp: string): boolean {
  if (versionsOf(draft.held, 'SDP', usdp).length > 0) return false;
  return draft.rowsOf('SDP', usdp).some((r) => !r.withdraw);
}
