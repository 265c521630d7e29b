import type { Delegation, Organization } from '@mdmr/directory';
import type { EventValue } from '@mdmr/events';
import { dayOfInstant, Rejection, startOfDay } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';
import { registered, registeredLdc } from './organization.js';

/** What an LDC can let another organization do for it. */
export const FUNCTIONS = ['USDP', 'SYNC', 'READS', 'BILLING'] as const;

export interface DelegateCommand {
  readonly ldc: string;
  readonly agent: string;
  readonly function: string;
  /** null = today. */
  readonly from_day: EstDay | null;
  readonly to_day: EstDay | null;
}

export interface DelegationState {
  readonly ldc: Organization | undefined;
  readonly agent: Organization | undefined;
  /** Every delegation of the LDC to the agent, also those that are over. */
  readonly grants: readonly Delegation[];
}

/**
 * Grants a function for dates. Days that a standing grant covers whole are no change: null.
 * Rejections: UNKNOWN_ORG, UNKNOWN_LDC, SELF_DELEGATION, BAD_FUNCTION, BAD_PERIOD.
 */
export function delegate(
  command: DelegateCommand,
  state: DelegationState,
  now: Instant,
): EventValue<'participants.DelegationGranted'> | null {
  const { ldc, agent, to_day } = command;
  registeredLdc(state.ldc, ldc);
  registered(state.agent, agent);
  if (ldc === agent) {
    throw new Rejection('SELF_DELEGATION', `${ldc} acts for itself without a delegation`);
  }
  checkFunction(command.function);
  const from_day = command.from_day ?? dayOfInstant(now);
  if (to_day !== null && to_day <= from_day) {
    throw new Rejection('BAD_PERIOD', 'the delegation ends before it begins');
  }
  const wanted = { at_ms: now, ldc, agent, function: command.function, from_day, to_day };
  return state.grants.some((grant) => covers(grant, wanted)) ? null : wanted;
}

/**
 * Ends the grants of a function (null: of all) at this instant, also those that begin later.
 * Rejections: BAD_FUNCTION, NOT_DELEGATED if there is nothing to end.
 */
export function revoke(
  command: { ldc: string; agent: string; function: string | null },
  grants: readonly Delegation[],
  now: Instant,
): EventValue<'participants.DelegationRevoked'> {
  const { ldc, agent } = command;
  if (command.function !== null) checkFunction(command.function);
  const concerned = grants.filter(
    (grant) => command.function === null || grant.fn === command.function,
  );
  if (!concerned.some((grant) => !isOver(grant, now))) {
    const what = command.function ?? 'no function';
    throw new Rejection('NOT_DELEGATED', `${ldc} delegates ${what} to ${agent}: nothing to revoke`);
  }
  return { at_ms: now, ldc, agent, function: command.function };
}

function isOver(grant: Delegation, at: Instant): boolean {
  if (grant.revokedAt !== null) return true;
  return grant.toDay !== null && at >= startOfDay(grant.toDay);
}

type Granted = EventValue<'participants.DelegationGranted'>;

function covers(grant: Delegation, wanted: Granted): boolean {
  if (grant.revokedAt !== null || grant.fn !== wanted.function) return false;
  if (grant.fromDay > wanted.from_day) return false;
  return grant.toDay === null || (wanted.to_day !== null && wanted.to_day <= grant.toDay);
}

function checkFunction(name: string): void {
  if ((FUNCTIONS as readonly string[]).includes(name)) return;
  throw new Rejection('BAD_FUNCTION', `${name} is no function: ${FUNCTIONS.join(', ')}`);
}
