/** INTERVAL_STRADDLES_BIN: no interval of an installed meter may lie in two bins of a TOU calendar. */
import { dayOfInstant } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { recordKey, timelineId } from './directory.js';
import type { After, Draft, Entry, Row } from './draft.js';
import { isNew } from './draft.js';
import { spansOf } from './spans.js';
import type { Span } from './spans.js';
import type { Party, Violation } from './violation.js';

/** Days end here at the latest, so that spans without end can be counted. */
const LAST_DAY = 1_000_000;

export function judgeBins(draft: Draft, usdp: string): Violation[] {
  const svc = draft.after('SVC', usdp);
  const found: Violation[] = [];
  for (const service of spansOf(svc.entries)) {
    if (service.entry.version.values['framing'] !== 'TOU') continue;
    const calendarId = service.entry.version.values['energy_purchase_service'] ?? '';
    const calendar = draft.facts.calendar(calendarId);
    // Nearly every calendar changes bins on the hour, where no interval can straddle.
    if (calendar === null || !calendar.straddles(60, 0, LAST_DAY)) continue;
    for (const installed of draft.after('INS', usdp).entries) {
      found.push(...judgeInstallation(draft, usdp, svc, service, installed));
    }
  }
  return found;
}

function judgeInstallation(
  draft: Draft,
  usdp: string,
  svc: After,
  service: Span,
  installed: Entry,
): Violation[] {
  const meter = installed.version.values['meter_id'] ?? '';
  const mtr = draft.after('MTR', meter);
  const calendar = draft.facts.calendar(
    service.entry.version.values['energy_purchase_service'] ?? '',
  );
  const found: Violation[] = [];
  for (const span of spansOf(mtr.entries)) {
    const from = Math.max(service.from, installed.version.from_ms, span.from);
    const to = Math.min(service.to, installed.version.to_ms ?? Infinity, span.to);
    if (from >= to) continue;
    const minutes = Number(span.entry.version.values['interval_minutes']);
    if (!calendar!.straddles(minutes, dayOfInstant(from), endDay(to))) continue;
    const parties = partiesOf(usdp, meter, { svc, mtr, service, installed, span });
    if (parties.length > 0) found.push({ parties });
  }
  return found;
}

/** The day after the last day of a span. */
function endDay(to: Instant): number {
  return Number.isFinite(to) ? dayOfInstant(to - 1) + 1 : LAST_DAY;
}

interface Trio {
  readonly svc: After;
  readonly mtr: After;
  readonly service: Span;
  readonly installed: Entry;
  readonly span: Span;
}

function partiesOf(usdp: string, meter: string, trio: Trio): Party[] {
  const svcKey = recordKey('SVC', usdp, '', 0, {});
  const mtrKey = timelineId('MTR', meter);
  const parties: Party[] = [];
  const add = (row: Row, against: string): void => {
    parties.push({ row, reason: 'INTERVAL_STRADDLES_BIN', against });
  };
  if (isNew(trio.service.entry)) add(trio.service.entry.row!, mtrKey);
  if (isNew(trio.installed)) add(trio.installed.row!, svcKey);
  if (isNew(trio.span.entry)) add(trio.span.entry.row!, svcKey);
  if (parties.length > 0) return parties;
  // All held: a withdrawal let one of them reach further than it did.
  for (const { row } of trio.svc.withdrawn) add(row, mtrKey);
  for (const { row } of trio.mtr.withdrawn) add(row, svcKey);
  return parties;
}
