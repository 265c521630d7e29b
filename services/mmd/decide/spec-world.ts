/** A small world for specs: LDC MAPLE, its ids, agents and calendars; sets written as lines. */
import { dayOfInstant, formatInstant, parseInstant } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';
import { applySet } from './apply-set.js';
import type { SetOutcome } from './apply-set.js';
import { calendarBins } from './calendar-bins.js';
import type { BinRow, CalendarBins } from './calendar-bins.js';
import { TimelineMap } from './directory.js';
import type { HeldDirectory, Timeline } from './directory.js';
import type { Mode, RawRow, SetFacts } from './facts.js';
import type { ForeignMeter } from './judge-meter.js';
import { partOfRecord } from './record-layout.js';
import type { AppliedRow } from './outcome.js';

/** Issued to MAPLE as MP-0101, MP-0102, MP-0103. */
export const U1 = '4071829533';
export const U2 = '2684517307';
export const U3 = '9153064828';
/** Issued to another LDC. */
export const U_OTHER = '3560287145';

export function at(text: string): Instant {
  const full = text.length === 10 ? `${text}T00:00:00-05:00` : text;
  return parseInstant(full.length === 16 ? `${full}:00-05:00` : full)!;
}

export function day(text: string): EstDay {
  return dayOfInstant(at(text));
}

/** One bin from 00:00 to each time, e.g. `07:00 off, 11:00 on, 24:00 off`. */
export function binRows(text: string, more: Partial<BinRow> = {}): BinRow[] {
  let from = 0;
  return text.split(', ').map((item) => {
    const [time, bin] = item.split(' ') as [string, string];
    const to = Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
    const row: BinRow = {
      season_from: '01-01',
      season_to: '12-31',
      day_type: 'WEEKDAY',
      from_minute: from,
      to_minute: to,
      bin,
      ...more,
    };
    from = to;
    return row;
  });
}

const CALENDARS: Readonly<Record<string, CalendarBins>> = {
  'ON-TOU': calendarBins(['on', 'mid', 'off'], binRows('07:00 off, 11:00 on, 24:00 off')),
  'ON-TIERED': calendarBins([], []),
  HALF: calendarBins(['on', 'off'], binRows('07:30 off, 24:00 on')),
};

export interface World {
  now?: string;
  mode?: Mode;
  delegations?: readonly string[];
  rateClasses?: readonly string[];
  defaultVee?: Readonly<Record<string, string>>;
  issued?: Readonly<Record<string, { ldc: string; sdp_id: string }>>;
  foreign?: readonly ForeignMeter[];
}

const ISSUED: Readonly<Record<string, { ldc: string; sdp_id: string }>> = {
  [U1]: { ldc: 'MAPLE', sdp_id: 'MP-0101' },
  [U2]: { ldc: 'MAPLE', sdp_id: 'MP-0102' },
  [U3]: { ldc: 'MAPLE', sdp_id: 'MP-0103' },
  [U_OTHER]: { ldc: 'BIRCH', sdp_id: 'BI-1' },
};

export function factsOf(world: World): SetFacts {
  const issued = { ...ISSUED, ...world.issued };
  const delegations = world.delegations ?? ['NORTHAMI READS', 'BILLCO BILLING'];
  return {
    ldc: 'MAPLE',
    mode: world.mode ?? 'ISYNC',
    now: at(world.now ?? '2026-07-02T15:52'),
    futureDays: 400,
    backdateDays: 800,
    issued: (usdp) => issued[usdp] ?? null,
    isVeeService: (id) => id === 'STD' || id === 'COMM',
    calendar: (id) => CALENDARS[id] ?? null,
    isRateClass: (id) => world.rateClasses?.includes(id) ?? true,
    isOrganization: (id) => ['MAPLE', 'NORTHAMI', 'SOUTHAMI', 'BILLCO'].includes(id),
    isDelegated: (agent, fn, on) =>
      agent === 'MAPLE' ||
      delegations.some((d) => {
        const [who, what, from] = d.split(' ');
        return who === agent && what === fn && (from === undefined || day(from) <= on);
      }),
    isAmcc: (id) => id === 'NA1' || id === 'NA2',
    defaultVee: (category) => world.defaultVee?.[category] ?? null,
  };
}

/** `3.4 INS,…` = part 3, line 4; without it the part of the record and the next line of that part. */
export function rawRows(lines: readonly string[], setId = 'S'): RawRow[] {
  const next = new Map<number, number>();
  return lines.map((text) => {
    const place = /^(\d)\.(\d+) (.*)$/s.exec(text);
    const record = place ? place[3]! : text;
    const fields = record.split(',');
    const part = place ? Number(place[1]) : (partOfRecord(fields[0]!) ?? 1);
    const line = place ? Number(place[2]) : (next.get(part) ?? 2);
    next.set(part, line + 1);
    return { part, line, file_id: `${setId}.${part}`, fields };
  });
}

export class Directory {
  held: HeldDirectory = new TimelineMap<Timeline>();
  #sets = 0;

  /** Judges a set without taking it in. */
  judge(world: World, lines: readonly string[], setId = 'S'): SetOutcome {
    return applySet({
      facts: factsOf(world),
      held: this.held,
      foreignMeters: world.foreign ?? [],
      fileIds: new Map([1, 2, 3, 4, 5, 6].map((part) => [part, `${setId}.${part}`])),
      rows: rawRows(lines, setId),
    });
  }

  apply(world: World, lines: readonly string[], setId?: string): SetOutcome {
    const outcome = this.judge(world, lines, setId ?? `S${++this.#sets}`);
    this.held = taken(this.held, outcome);
    return outcome;
  }

  timeline(type: Timeline['type'], owner: string, name = ''): Timeline | undefined {
    return this.held.get(type, owner, name);
  }

  /** `<from> <to> <values>` of each version, times as short as they are. */
  show(type: Timeline['type'], owner: string, name = ''): string[] {
    return (this.timeline(type, owner, name)?.versions ?? []).map((v) => {
      const span = v.to_ms === null ? short(v.from_ms) : `${short(v.from_ms)}..${short(v.to_ms)}`;
      return `${span} ${Object.values(v.values).join(' ')}`;
    });
  }
}

function short(instant: Instant): string {
  const local = formatInstant(instant).slice(0, 16);
  return local.endsWith('T00:00') ? local.slice(0, 10) : local;
}

export function taken(held: HeldDirectory, outcome: SetOutcome): HeldDirectory {
  const next = new TimelineMap<Timeline>();
  for (const t of held.values()) next.set(t.type, t.owner, t.name, t);
  for (const t of outcome.changes) next.set(t.type, t.owner, t.name, t);
  return next;
}

/** `<part>.<line> <record_key> <ACTION> <effective_from> [lacks]`. */
export function shownApplied(rows: readonly AppliedRow[]): string[] {
  return rows.map((r) =>
    `${r.part}.${r.line ?? ''} ${r.record_key} ${r.action} ${r.effective_from} ${r.lacks}`.trim(),
  );
}

/** `<part>.<line> <field> <REASON>`. */
export function shownContent(o: SetOutcome): string[] {
  return o.contentRejected.map((r) => `${r.part}.${r.line} ${r.field} ${r.reason}`);
}

/** `<part>.<line> <REASON> <conflicting_with>`. */
export function shownRelation(o: SetOutcome): string[] {
  return o.relationRejected.map((r) =>
    `${r.part}.${r.line} ${r.reason} ${r.conflicting_with}`.trim(),
  );
}

/** The PSYNC of 30 April of sync.md's example, agents added: three SDPs, whole. */
export const APRIL: readonly string[] = [
  `SDP,${U1},MP-0101,2026-05-01,ACTIVE,12 Elm St,K0A 1A0,EASTERN,RESIDENTIAL`,
  `SDP,${U2},MP-0102,2026-05-01,ACTIVE,,,EASTERN,RESIDENTIAL`,
  `SDP,${U3},MP-0103,2026-05-01,ACTIVE,,,EASTERN,RESIDENTIAL`,
  'MTR,M-1001,D-1001,NA1,2026-05-01,60,1,6,KWH,3',
  'MTR,M-1002,D-1002,NA1,2026-05-01,60,1,6,KWH,3',
  'MTR,M-1003,D-1003,NA1,2026-05-01,60,1,6,KWH,3',
  `INS,${U1},M-1001,2026-05-01T00:00:00-05:00`,
  `INS,${U2},M-1002,2026-05-01T00:00:00-05:00,,KWH=100.000`,
  `INS,${U3},M-1003,2026-05-01T00:00:00-05:00`,
  `ACC,${U1},A-9001,2026-05-01`,
  `ACC,${U2},A-9002,2026-05-01`,
  `ACC,${U3},A-9003,2026-05-01`,
  `ORG,${U1},AMI_OPERATOR,NORTHAMI,2026-05-01`,
  `ORG,${U2},AMI_OPERATOR,NORTHAMI,2026-05-01`,
  `ORG,${U3},AMI_OPERATOR,NORTHAMI,2026-05-01`,
  `SVC,${U1},2026-05-01,STD,TOU,ON-TOU,R1`,
  `SVC,${U2},2026-05-01,STD,PERIODIC,ON-TIERED,R1`,
  `SVC,${U3},2026-05-01,STD,HOURLY,,R1`,
];

export const APRIL_WORLD: World = { mode: 'PSYNC', now: '2026-04-30T16:00' };

export function april(): Directory {
  const directory = new Directory();
  directory.apply(APRIL_WORLD, APRIL, 'MP-S-1');
  return directory;
}
