import { dayOfInstant, type EstDay, type Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';

export interface Organization {
  readonly orgId: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly door: string;
}
export interface Delegation {
  readonly ldc: string;
  readonly agent: string;
  readonly fn: string;
  readonly fromDay: EstDay;
  /** Exclusive; null = open. */
  readonly toDay: EstDay | null;
  readonly grantedAt: Instant;
  readonly revokedAt: Instant | null;
}
export interface HeadEnd {
  readonly amccId: string;
  readonly orgId: string;
  readonly ldcs: readonly string[];
  readonly format: string;
  readonly stamps: 'EST' | 'UTC';
  readonly key: 'METER' | 'AMCD';
  readonly multiplied: boolean;
}
interface Setting {
  readonly name: string;
  readonly fromDay: EstDay;
  readonly value: string;
}

/** Who is registered, who may act for whom, which head-ends send, what each LDC has set. */
export class Participants {
  constructor(
    private readonly organizations: ReadonlyMap<string, Organization>,
    private readonly delegations: readonly Delegation[],
    private readonly headEnds: ReadonlyMap<string, HeadEnd>,
    private readonly settings: ReadonlyMap<string, readonly Setting[]>,
  ) {}

  org(id: string): Organization | undefined {
    return this.organizations.get(id);
  }

  hasRole(id: string, role: string): boolean {
    return this.organizations.get(id)?.roles.includes(role) ?? false;
  }

  orgsWithRole(role: string): string[] {
    return [...this.organizations.values()]
      .filter((o) => o.roles.includes(role))
      .map((o) => o.orgId)
      .sort();
  }

  ldcs(): string[] {
    return this.orgsWithRole('LDC');
  }

  /** A function in force at an instant: files.md 4. An LDC acts for itself. */
  mayAct(ldc: string, agent: string, fn: string, at: Instant): boolean {
    if (ldc === agent) return this.hasRole(ldc, 'LDC');
    const day = dayOfInstant(at);
    return this.delegations.some(
      (d) => matches(d, ldc, agent, fn, day) && (d.revokedAt === null || at < d.revokedAt),
    );
  }

  /** A delegation that holds on a day and is not revoked as known at `knownAt`. */
  delegated(ldc: string, agent: string, fn: string, day: EstDay, knownAt: Instant): boolean {
    if (ldc === agent) return this.hasRole(ldc, 'LDC');
    return this.delegations.some(
      (d) => matches(d, ldc, agent, fn, day) && (d.revokedAt === null || knownAt < d.revokedAt),
    );
  }

  delegationsOf(ldc: string): readonly Delegation[] {
    return this.delegations.filter((d) => d.ldc === ldc);
  }

  amcc(id: string): HeadEnd | undefined {
    return this.headEnds.get(id);
  }

  amccsOf(ldc: string): HeadEnd[] {
    return [...this.headEnds.values()].filter((h) => h.ldcs.includes(ldc));
  }

  amccsOfOrg(org: string): HeadEnd[] {
    return [...this.headEnds.values()].filter((h) => h.orgId === org);
  }

  /** Value of an LDC setting on a day; undefined = its default. */
  setting(ldc: string, name: string, day: EstDay): string | undefined {
    let found: Setting | undefined;
    for (const s of this.settings.get(ldc) ?? []) {
      if (s.name === name && s.fromDay <= day && (!found || s.fromDay > found.fromDay)) found = s;
    }
    return found?.value;
  }
}

function matches(d: Delegation, ldc: string, agent: string, fn: string, day: EstDay): boolean {
  if (d.ldc !== ldc || d.agent !== agent || d.fn !== fn) return false;
  return d.fromDay <= day && (d.toDay === null || day < d.toDay);
}

/** The whole of the participants' model; small (thousands of rows), read once a batch. */
export async function loadParticipants(tx: Pick<Tx, 'query'>): Promise<Participants> {
  const orgs = await tx.query<{ org_id: string; name: string; roles: string[]; door: string }>(
    'select org_id, name, roles, door from organization',
  );
  const delegations = await tx.query<Record<string, never>>(
    `select ldc, agent, function as fn, from_day as "fromDay", to_day as "toDay",
            at_ms as "grantedAt", revoked_at_ms as "revokedAt" from delegation
     order by ldc, agent, function, from_day, at_ms`,
  );
  const headEnds = await tx.query<Record<string, never>>(
    `select amcc_id as "amccId", org_id as "orgId", ldcs, format, stamps, key, multiplied
     from head_end order by amcc_id`,
  );
  const settings = await tx.query<{ ldc: string; name: string; fromDay: number; value: string }>(
    'select ldc, name, from_day as "fromDay", value from ldc_setting',
  );
  const byLdc = new Map<string, Setting[]>();
  for (const row of settings.rows) byLdc.set(row.ldc, [...(byLdc.get(row.ldc) ?? []), row]);
  return new Participants(
    new Map(orgs.rows.map((o) => [o.org_id, { ...o, orgId: o.org_id }])),
    delegations.rows as unknown as Delegation[],
    new Map((headEnds.rows as unknown as HeadEnd[]).map((h) => [h.amccId, h])),
    byLdc,
  );
}
