import type { Organization } from '@mdmr/directory';
import type { EventValue } from '@mdmr/events';
import { isId, isText, Rejection } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';

/** Roles an organization may have, in the order in which they are kept and shown. */
export const ROLES = ['LDC', 'AMI_OPERATOR', 'BILLING_AGENT', 'SME'] as const;

/** The id of the hub itself; no organization may take it. */
export const HUB = 'MDMR';

/** Facts of an organization as a command gives them. */
export type OrganizationFacts = Omit<EventValue<'participants.OrganizationRegistered'>, 'at_ms'>;

/**
 * Registers an organization, or changes its facts. The same facts again are no change: null.
 * Rejections: BAD_ORG_ID, BAD_NAME, BAD_ROLE, BAD_DOOR.
 */
export function registerOrganization(
  command: OrganizationFacts,
  held: Organization | undefined,
  now: Instant,
): EventValue<'participants.OrganizationRegistered'> | null {
  const { org_id, name, door } = command;
  // The id names a folder of the exchange, so `.` and `..` cannot be ids of organizations.
  if (!isId(org_id) || /^\.+$/.test(org_id)) {
    throw new Rejection(
      'BAD_ORG_ID',
      `${JSON.stringify(org_id)} is no id: letters, digits and - _ . : only, at most 64`,
    );
  }
  if (org_id === HUB) throw new Rejection('BAD_ORG_ID', `${HUB} is the hub itself`);
  if (name === '' || !isText(name)) {
    throw new Rejection('BAD_NAME', 'a name has 1 to 200 characters, none of them a control');
  }
  if (door !== 'drop') {
    throw new Rejection('BAD_DOOR', `the door ${door} is not open: only drop is`);
  }
  const roles = rolesInOrder(command.roles);
  const same =
    held !== undefined && held.name === name && held.door === door && equal(held.roles, roles);
  return same ? null : { at_ms: now, org_id, name, roles, door };
}

function rolesInOrder(roles: readonly string[]): string[] {
  const unknown = roles.find((role) => !(ROLES as readonly string[]).includes(role));
  if (unknown !== undefined || roles.length === 0) {
    const what = unknown === undefined ? 'a role is needed' : `${unknown} is no role`;
    throw new Rejection('BAD_ROLE', `${what}: ${ROLES.join(', ')}`);
  }
  return ROLES.filter((role) => roles.includes(role));
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** The organization, or a Rejection UNKNOWN_ORG. */
export function registered(org: Organization | undefined, id: string): Organization {
  if (org === undefined) throw new Rejection('UNKNOWN_ORG', `${id} is not registered`);
  return org;
}

/** The LDC, or a Rejection UNKNOWN_ORG or UNKNOWN_LDC. */
export function registeredLdc(org: Organization | undefined, id: string): Organization {
  const found = registered(org, id);
  if (found.roles.includes('LDC')) return found;
  throw new Rejection('UNKNOWN_LDC', `${id} has not the role LDC`);
}
