import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applySet } from './apply-set.js';
import type { SetOutcome } from './apply-set.js';
import type { HeldDirectory, Timeline } from './directory.js';
import { covers } from './directory.js';
import { addTo } from './draft.js';
import type { Mode, RawRow } from './facts.js';
import { givenUpAt } from './judge-amcd.js';
import { U1, U2, U3, april, factsOf, rawRows, taken } from './spec-world.js';

/** Few keys and dates, so that rows meet: conflicts, chains, withdrawals, dependents. */
const usdp = fc.constantFrom(U1, U2, U3);
const meter = fc.constantFrom('M-1001', 'M-1002', 'M-1003', 'M-1', 'M-2');
const date = fc.constantFrom('2026-04-01', '2026-05-01', '2026-06-01', '2026-07-01', '2026-08-01');
const instant = date.map((d) => `${d}T00:00:00-05:00`);
const end = fc.oneof(fc.constant(''), date);
const action = fc.constantFrom('', '', '', 'WITHDRAW');
const sdpIds: Readonly<Record<string, string>> = { [U1]: 'MP-0101', [U2]: 'MP-0102' };

const record = fc.oneof(
  fc
    .tuple(usdp, date, fc.constantFrom('ACTIVE', 'INACTIVE', 'RETIRED'), action)
    .map(([u, d, s, a]) => `SDP,${u},${sdpIds[u] ?? 'MP-0103'},${d},${s},,,EASTERN,OTHER,${a}`),
  fc.tuple(usdp, date, action).map(([u, d, a]) => `ATR,${u},CYCLE,C1,${d},${a}`),
  fc
    .tuple(meter, fc.constantFrom('D-1001', 'D-1', 'D-2'), date, fc.constantFrom(30, 60), action)
    .map(([m, a, d, l, w]) => `MTR,${m},${a},NA1,${d},${l},1,6,KWH,,${w}`),
  fc
    .tuple(usdp, meter, instant, end, action)
    .map(([u, m, d, e, a]) => `INS,${u},${m},${d},${e && `${e}T00:00:00-05:00`},,,${a}`),
  fc
    .tuple(usdp, fc.constantFrom('A-9001', 'A-1'), date, end, action)
    .map(([u, id, d, e, a]) => `ACC,${u},${id},${d},${e},${a}`),
  fc
    .tuple(usdp, fc.constantFrom('NORTHAMI', 'SOUTHAMI'), date, end, action)
    .map(([u, o, d, e, a]) => `ORG,${u},AMI_OPERATOR,${o},${d},${e},${a}`),
  fc
    .tuple(usdp, date, fc.constantFrom('HALF', 'ON-TOU'), action)
    .map(([u, d, c, a]) => `SVC,${u},${d},STD,TOU,${c},,${a}`),
);

const HELD = april().held;
const RUNS = 150;
const LIMIT_MS = 60_000;

function judge(mode: Mode, held: HeldDirectory, rows: readonly RawRow[]): SetOutcome {
  return applySet({
    facts: factsOf({ mode, now: '2026-07-02T15:52' }),
    held,
    foreignMeters: [],
    fileIds: new Map([1, 2, 3, 4, 5, 6].map((p) => [p, `S.${p}`])),
    rows,
  });
}

function plain(outcome: SetOutcome): unknown {
  const byId = (a: Timeline, b: Timeline): number =>
    `${a.type}/${a.owner}/${a.name}` < `${b.type}/${b.owner}/${b.name}` ? -1 : 1;
  return {
    ...outcome,
    changes: [...outcome.changes].sort(byId),
    counts: [...outcome.counts].sort(),
  };
}

interface Span {
  readonly owner: string;
  readonly from: number;
  readonly to: number;
}

/** Whether two owners have the same thing at one instant. */
function shared(spans: ReadonlyMap<string, Span[]>): boolean {
  return [...spans.values()].some((list) =>
    list.some((a) =>
      list.some((b) => a.owner !== b.owner && a.from < b.to && b.from < a.to && a.from < a.to),
    ),
  );
}

/** Where each meter is, and when each AMCD id belongs to a meter. */
function claims(after: HeldDirectory): { meters: Map<string, Span[]>; amcds: Map<string, Span[]> } {
  const meters = new Map<string, Span[]>();
  for (const { owner, versions } of after.ofType('INS')) {
    for (const { from_ms: from, to_ms, values } of versions) {
      addTo(meters, values['meter_id']!, { owner, from, to: to_ms ?? Infinity });
    }
  }
  const amcds = new Map<string, Span[]>();
  for (const { owner, versions } of after.ofType('MTR')) {
    const until = givenUpAt((meters.get(owner) ?? []).map(({ to }) => ({ to_ms: to })));
    versions.forEach(({ from_ms: from, values }, i) => {
      const to = Math.min(versions[i + 1]?.from_ms ?? Infinity, until);
      if (from < to) addTo(amcds, values['amcd_id']!, { owner, from, to });
    });
  }
  return { meters, amcds };
}

const cases = fc.record({
  mode: fc.constantFrom<Mode>('ISYNC', 'PSYNC'),
  lines: fc.array(record, { minLength: 1, maxLength: 14 }),
});

/** Whether two versions of a relation cover an instant together. */
function overlap(timeline: Timeline): boolean {
  return timeline.versions.some((a, i) =>
    timeline.versions.some((b, j) => i !== j && covers(a, b.from_ms) && b.to_ms !== b.from_ms),
  );
}

describe('any set of rows', () => {
  it(
    'comes out the same in whatever order its rows are given',
    () => {
      fc.assert(
        fc.property(cases, fc.array(fc.nat()), ({ mode, lines }, order) => {
          const rows = rawRows(lines);
          const shuffled = rows
            .map((row, i) => ({ row, at: order[i] ?? 0 }))
            .sort((a, b) => b.at - a.at)
            .map(({ row }) => row)
            .reverse();
          expect(plain(judge(mode, HELD, shuffled))).toEqual(plain(judge(mode, HELD, rows)));
        }),
        { numRuns: RUNS },
      );
    },
    LIMIT_MS,
  );

  it(
    'leaves a directory in which nothing is there twice and nothing is missing',
    () => {
      fc.assert(
        fc.property(cases, ({ mode, lines }) => {
          const after = taken(HELD, judge(mode, HELD, rawRows(lines)));
          const relations = [...after.values()].filter((t) => /INS|ACC|ORG/.test(t.type));
          expect(relations.filter(overlap)).toEqual([]);
          const { meters, amcds } = claims(after);
          expect([shared(meters), shared(amcds)]).toEqual([false, false]);
          for (const t of after.values()) {
            if (t.type === 'MTR' || t.type === 'SDP') continue;
            const sdp = after.get('SDP', t.owner, '')?.versions[0]?.from_ms ?? Infinity;
            expect(t.versions.every((v) => v.from_ms >= sdp)).toBe(true);
          }
          for (const t of after.values()) {
            if (t.type !== 'INS') continue;
            for (const v of t.versions) {
              const mtr = after.get('MTR', v.values['meter_id'] ?? '', '')?.versions[0];
              expect(v.from_ms).toBeGreaterThanOrEqual(mtr?.from_ms ?? Infinity);
            }
          }
        }),
        { numRuns: RUNS },
      );
    },
    LIMIT_MS,
  );

  it(
    'accounts for each of its records once',
    () => {
      fc.assert(
        fc.property(cases, ({ mode, lines }) => {
          const o = judge(mode, HELD, rawRows(lines));
          const rejected = o.contentRejected.length + o.relationRejected.length;
          const counts = [...o.counts.values()];
          expect(counts.reduce((n, c) => n + c.rejected, 0)).toBe(rejected);
          expect(counts.reduce((n, c) => n + c.applied, 0)).toBe(lines.length - rejected);
        }),
        { numRuns: RUNS },
      );
    },
    LIMIT_MS,
  );

  it(
    'sent again to what it left changes nothing more (PSYNC)',
    () => {
      fc.assert(
        fc.property(fc.array(record, { minLength: 1, maxLength: 12 }), (lines) => {
          const first = judge('PSYNC', HELD, rawRows(lines));
          const after = taken(HELD, first);
          const again = judge('PSYNC', after, rawRows(lines));
          const accepted = first.contentRejected.length + first.relationRejected.length === 0;
          if (accepted) expect(again.changes).toEqual([]);
        }),
        { numRuns: RUNS },
      );
    },
    LIMIT_MS,
  );
});
