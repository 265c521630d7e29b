import type { HeadEnd, Organization } from '@mdmr/directory';
import type { EventValue } from '@mdmr/events';
import { compareIds, isId, Rejection } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { registered, registeredLdc } from './organization.js';

/** Facts of a head-end (AMCC) as a command gives them. */
export type HeadEndFacts = Omit<EventValue<'participants.HeadEndRegistered'>, 'at_ms'>;

export interface HeadEndState {
  readonly held: HeadEnd | undefined;
  /** A registered organization. */
  org(id: string): Organization | undefined;
}

/**
 * Registers a head-end, or changes its facts. The same facts again are no change: null.
 * Rejections: BAD_AMCC_ID, UNKNOWN_ORG, UNKNOWN_LDC, LDC_MISSING, BAD_FORMAT, BAD_STAMPS, BAD_KEY.
 */
export function registerHeadEnd(
  command: HeadEndFacts,
  state: HeadEndState,
  now: Instant,
): EventValue<'participants.HeadEndRegistered'> | null {
  const { amcc_id, org_id, format, stamps, key, multiplied } = command;
  if (!isId(amcc_id)) throw new Rejection('BAD_AMCC_ID', `${JSON.stringify(amcc_id)} is no id`);
  registered(state.org(org_id), org_id);
  const ldcs = [...new Set(command.ldcs)].sort(compareIds);
  for (const ldc of ldcs) registeredLdc(state.org(ldc), ldc);
  if (ldcs.length === 0) throw new Rejection('LDC_MISSING', 'a head-end reads for an LDC');
  oneOf('BAD_FORMAT', 'format', format, ['CMEP']);
  oneOf('BAD_STAMPS', 'stamps', stamps, ['EST', 'UTC']);
  oneOf('BAD_KEY', 'key', key, ['METER', 'AMCD']);
  const facts: HeadEndFacts = { amcc_id, org_id, ldcs, format, stamps, key, multiplied };
  return state.held !== undefined && same(state.held, facts) ? null : { at_ms: now, ...facts };
}

function oneOf(code: string, what: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new Rejection(code, `${what} is ${allowed.join(' or ')}, not ${value}`);
}

function same(a: HeadEnd, b: HeadEndFacts): boolean {
  return (
    a.orgId === b.org_id &&
    a.format === b.format &&
    a.stamps === b.stamps &&
    a.key === b.key &&
    a.multiplied === b.multiplied &&
    a.ldcs.length === b.ldcs.length &&
    a.ldcs.every((ldc, i) => ldc === b.ldcs[i])
  );
}
