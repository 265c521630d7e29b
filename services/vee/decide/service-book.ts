/**
 * VEE services in their versions. A service = rule set + ladder + thresholds, dated: the version in force on
 * the data day counts, the first also for the days before it. Shipped: STD, TEXTBOOK, COMM.
 */
import { type EstDay, Rejection } from '@mdmr/kernel';
import { METHOD_DEFAULTS, LADDERS, type LadderName } from './ladder/index.js';
import { rulesOf, type RuleSet, RULE_SETS, RULES } from './rules/index.js';
import type { Rule } from './rules/rule.js';
import { resolveThresholds, type ThresholdDefaults, type Thresholds } from './thresholds.js';

export interface ServiceVersion {
  readonly serviceId: string;
  readonly version: number;
  readonly fromDay: EstDay;
  readonly rules: string;
  readonly ladder: string;
  readonly strict: boolean;
  readonly profile: string | null;
  readonly settings: Readonly<Record<string, string>>;
}

/** A version ready for use. */
export interface Service {
  readonly id: string;
  readonly version: number;
  readonly fromDay: EstDay;
  readonly rules: readonly Rule[];
  readonly ladder: LadderName;
  readonly strict: boolean;
  readonly at: Thresholds;
}

const SINCE_EVER = 0;

/** What a new hub knows: registered as events at the first start. */
export const SHIPPED_SERVICES: readonly ServiceVersion[] = [
  shipped('STD', 'STANDARD'),
  shipped('TEXTBOOK', 'TEXTBOOK'),
  shipped('COMM', 'COMMERCIAL'),
];

function shipped(serviceId: string, rules: RuleSet): ServiceVersion {
  const fixed = { version: 1, fromDay: SINCE_EVER, strict: false, profile: null, settings: {} };
  return { serviceId, rules, ladder: 'mean10', ...fixed };
}

/** Defaults of all thresholds, by full name. */
export function thresholdDefaults(): ThresholdDefaults {
  const all: Record<string, number> = { ...METHOD_DEFAULTS };
  for (const rule of RULES) {
    for (const [name, value] of Object.entries(rule.thresholds)) {
      all[`${rule.id.slice('VEE-'.length).toLowerCase()}.${name}`] = value;
    }
  }
  return all;
}

/** Checks what `vee-service add` states. Throws a Rejection with a sentence. */
export function checkServiceVersion(version: ServiceVersion): void {
  if (!(RULE_SETS as readonly string[]).includes(version.rules)) {
    throw new Rejection('BAD_RULES', `rules are one of ${RULE_SETS.join(', ')}`);
  }
  if (!(LADDERS as readonly string[]).includes(version.ladder)) {
    throw new Rejection('BAD_LADDER', `the ladder is one of ${LADDERS.join(', ')}`);
  }
  resolveThresholds(thresholdDefaults(), version.settings);
}

/** All services; asked by id and day. */
export class ServiceBook {
  readonly #services = new Map<string, Service[]>();

  constructor(versions: readonly ServiceVersion[]) {
    const defaults = thresholdDefaults();
    const ordered = [...versions].sort((a, b) => a.fromDay - b.fromDay || a.version - b.version);
    for (const v of ordered) {
      const service: Service = {
        id: v.serviceId,
        version: v.version,
        fromDay: v.fromDay,
        rules: rulesOf(v.rules as RuleSet),
        ladder: v.ladder as LadderName,
        strict: v.strict,
        at: resolveThresholds(defaults, v.settings),
      };
      const held = this.#services.get(v.serviceId);
      if (held) held.push(service);
      else this.#services.set(v.serviceId, [service]);
    }
  }

  has(id: string): boolean {
    return this.#services.has(id);
  }

  /** The version in force on the day; null for an empty or unknown id. */
  on(id: string, day: EstDay): Service | null {
    const versions = this.#services.get(id);
    if (versions === undefined) return null;
    let found = versions[0]!;
    for (const version of versions) if (version.fromDay <= day) found = version;
    return found;
  }
}
