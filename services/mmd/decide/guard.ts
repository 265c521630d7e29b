/** The guard of a PSYNC: how many SDPs of those in use it would turn off or change. */
import { compareDecimal, decimalOf, mulDecimal, parseDecimal } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { inForce, versionsOf } from './directory.js';
import type { Version } from './directory.js';
import type { Draft } from './draft.js';

export interface GuardCounts {
  readonly affected: number;
  readonly active: number;
  readonly inactivated: number;
  /** Lose or change their meter. */
  readonly meter: number;
  /** Change their framing. */
  readonly framing: number;
}

/** `detail` of an IR10 PSYNC_GUARD. */
export function guardDetail(g: GuardCounts): string {
  return (
    `affected=${g.affected} active=${g.active} inactivated=${g.inactivated}` +
    ` meter=${g.meter} framing=${g.framing}`
  );
}

/** affected > max(1, share x active), in exact decimals. */
export function isSuspicious(guard: GuardCounts, share: string): boolean {
  const limit = mulDecimal(
    parseDecimal(share, { exponent: true }) ?? decimalOf(0),
    decimalOf(guard.active),
  );
  return guard.affected > 1 && compareDecimal(decimalOf(guard.affected), limit) > 0;
}

/** Counts over the SDPs that are neither INACTIVE nor RETIRED on the day of application, as held. */
export function guardCounts(draft: Draft): GuardCounts {
  let active = 0;
  let affected = 0;
  let inactivated = 0;
  let meter = 0;
  let framing = 0;
  for (const timeline of draft.held.ofType('SDP')) {
    const usdp = timeline.owner;
    const status = inForce(timeline.versions, draft.dayStart)?.values['status'];
    if (status === undefined || status === 'INACTIVE' || status === 'RETIRED') continue;
    active++;
    const off = changesTo(draft, 'SDP', usdp, 'status', (after) => after === 'INACTIVE');
    const other = changesTo(draft, 'SVC', usdp, 'framing', () => true);
    const moved = changesMeter(draft, usdp);
    if (off) inactivated++;
    if (moved) meter++;
    if (other) framing++;
    if (off || moved || other) affected++;
  }
  return { affected, active, inactivated, meter, framing };
}

/** Whether from the day of application on a value held becomes another one that counts. */
function changesTo(
  draft: Draft,
  type: 'SDP' | 'SVC',
  usdp: string,
  field: string,
  counts: (after: string | undefined) => boolean,
): boolean {
  const before = versionsOf(draft.held, type, usdp);
  const after = draft.after(type, usdp).entries.map((e) => e.version);
  return instantsOf([...before, ...after], draft.dayStart).some((at) => {
    const old = inForce(before, at)?.values[field];
    const now = inForce(after, at)?.values[field];
    return old !== undefined && old !== now && counts(now);
  });
}

/** Whether from the day of application on a meter held is not there, or another one is. */
function changesMeter(draft: Draft, usdp: string): boolean {
  const before = versionsOf(draft.held, 'INS', usdp);
  const { entries } = draft.after('INS', usdp);
  if (before.length === 0 || entries.every((e, i) => e.version === before[i])) return false;
  const after = entries.map((e) => e.version);
  return instantsOf([...before, ...after], draft.dayStart).some((at) => {
    const old = meterAt(before, at);
    return old !== null && old !== meterAt(after, at);
  });
}

function meterAt(versions: readonly Version[], at: Instant): string | null {
  const found = versions.find((v) => v.from_ms <= at && (v.to_ms === null || v.to_ms > at));
  return found?.values['meter_id'] ?? null;
}

/** The instants from `start` on at which something may change; between them nothing does. */
function instantsOf(versions: readonly Version[], start: Instant): Instant[] {
  const instants = new Set<Instant>([start]);
  for (const { from_ms, to_ms } of versions) {
    if (from_ms > start) instants.add(from_ms);
    if (to_ms !== null && to_ms > start) instants.add(to_ms);
  }
  return [...instants];
}
