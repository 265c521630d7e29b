import { compareIds } from '@mdmr/kernel';

/**
 * Why somebody gets a scheduled report (reports.md 1): L the LDC, A an AMI operator, B a billing
 * agent. S, the sender of a cause, belongs to event reports, which name their recipients.
 */
export type RecipientRole = 'L' | 'A' | 'B';

/** Who could get a scheduled report of an LDC. */
export interface Audience {
  readonly ldc: string;
  /** Who has a head-end for the LDC, or is AMI_OPERATOR of an SDP of it. */
  readonly amiOperators: readonly string[];
  /** BILLING_AGENT of an SDP of it on the day of the run. */
  readonly billingAgents: readonly string[];
}

/** One recipient and the roles in which it gets the file; with L it sees every row. */
export interface Recipient {
  readonly org: string;
  readonly roles: readonly RecipientRole[];
}

/** Each organization once, in byte order: who has two roles gets one file. */
export function recipientsOf(to: readonly RecipientRole[], audience: Audience): Recipient[] {
  const roles = new Map<string, RecipientRole[]>();
  const add = (org: string, role: RecipientRole): void => {
    const own = roles.get(org) ?? [];
    if (!own.includes(role)) roles.set(org, [...own, role]);
  };
  for (const role of to) {
    if (role === 'L') add(audience.ldc, 'L');
    if (role === 'A') audience.amiOperators.forEach((org) => add(org, 'A'));
    if (role === 'B') audience.billingAgents.forEach((org) => add(org, 'B'));
  }
  return [...roles]
    .map(([org, own]) => ({ org, roles: own }))
    .sort((a, b) => compareIds(a.org, b.org));
}

export function seesAll(recipient: Recipient): boolean {
  return recipient.roles.includes('L');
}
