import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attributeBlock } from './attribute-block.js';
import { meterDayKey, type Block, type StoredBlock } from './block.js';
import { deriveChannelDay } from './channel-day.js';
import { contentHash } from './content.js';
import { countBlock } from './custody.js';
import { channelDayAttributed } from './events.js';
import { DirectoryIndex } from './directory-index.js';
import type { Installation, MeterVersion, ServicePoint } from './directory-view.js';
import { at, block, day, decimal, file, headEnd, version } from './fixture.js';
import { reattributeBlocks } from './reattribute-blocks.js';
import { attributeStored, receiveBlocks } from './receive-blocks.js';

/** One thing a utility tells, in any order; a later record never contradicts an earlier one. */
type Fact =
  | { kind: 'MTR'; meterId: string; version: MeterVersion }
  | { kind: 'INS'; installation: Installation }
  | { kind: 'SDP'; usdpId: string; from: string; status: string }
  | { kind: 'ORG'; usdpId: string; orgId: string };
type Event = { fact: Fact } | { block: Block };

const METERS = ['M-1', 'M-2', 'M-3'];
const POINTS = ['A', 'B'];
const DAYS = ['2026-07-01', '2026-07-02'];
const CUTS = ['2026-07-01', '2026-07-01T10:37', '2026-07-01T15:00', '2026-07-02T00:20'];

function directoryOf(facts: readonly Fact[]): DirectoryIndex {
  const meters = METERS.map((meterId) => ({
    ldc: 'MAPLE',
    meterId,
    versions: facts
      .flatMap((f) => (f.kind === 'MTR' && f.meterId === meterId ? [f.version] : []))
      .sort((a, b) => a.fromMs - b.fromMs),
  })).filter((m) => m.versions.length > 0);
  const points = POINTS.map((usdpId): ServicePoint => {
    const installations = facts
      .flatMap((f) =>
        f.kind === 'INS' && f.installation.usdpId === usdpId ? [f.installation] : [],
      )
      .sort((a, b) => a.fromMs - b.fromMs);
    const statuses = facts
      .flatMap((f) =>
        f.kind === 'SDP' && f.usdpId === usdpId
          ? [{ fromMs: at(f.from), value: { status: f.status, category: 'RESIDENTIAL' } }]
          : [],
      )
      .sort((a, b) => a.fromMs - b.fromMs);
    const operators = facts.flatMap((f) =>
      f.kind === 'ORG' && f.usdpId === usdpId
        ? [{ fromMs: at('2026-05-01'), toMs: null, orgId: f.orgId }]
        : [],
    );
    return { usdpId, ldc: 'MAPLE', statuses, services: [], operators, installations };
  });
  return new DirectoryIndex({
    headEnd: (id) => (id === 'NA1' ? headEnd() : undefined),
    defaultService: () => 'STD',
    meters,
    points,
  });
}

/** The service in small: every event changes what is stored as the service would change it. */
function run(events: readonly Event[]): { view: DirectoryIndex; blocks: StoredBlock[] } {
  const facts: Fact[] = [];
  let view = directoryOf(facts);
  let blocks: StoredBlock[] = [];
  for (const event of events) {
    if ('block' in event) {
      const key = meterDayKey(event.block);
      const existing = blocks.filter((b) => meterDayKey(b) === key);
      const received = receiveBlocks(
        existing.map((b) => ({ block: b, attributions: attributeStored(view, b) })),
        [{ block: event.block, attributions: attributeBlock(view, event.block) }],
      );
      blocks = [...blocks, ...received.map((r) => r.stored)];
      continue;
    }
    facts.push(event.fact);
    view = directoryOf(facts);
    const groups = Map.groupBy(blocks, meterDayKey);
    blocks = [...groups.values()].flatMap((group) => {
      const moved = reattributeBlocks(view, 1, group);
      return group.map((b) => moved.find((m) => m.before === b)?.after ?? b);
    });
  }
  return { view, blocks };
}

/** All that must not depend on the order: channel days, and what each file's values are now. */
function outcome(events: readonly Event[]) {
  const { view, blocks } = run(events);
  const attributed = blocks.map((b) => ({ block: b, attributions: attributeStored(view, b) }));
  const days = POINTS.flatMap((usdpId) =>
    DAYS.map((date) => {
      const key = { usdpId, channel: 'KWH', estDay: day(date) };
      const result = deriveChannelDay(view, key, attributed);
      return [
        contentHash(channelDayAttributed(result, 0, 1, 'READ')),
        result.completedAtMs,
        result.custodyAtMs,
      ];
    }),
  );
  const counts = blocks
    .map((b) => {
      const { values, applied, held, rejected } = countBlock(b);
      return [b.file.custodySeq, b.line, values, applied, held, rejected];
    })
    .sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
  return { days, counts };
}

const cut = fc.constantFrom(...CUTS);
const meterId = fc.constantFrom(...METERS);
const usdpId = fc.constantFrom(...POINTS);
const factArb: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({
    kind: fc.constant('MTR' as const),
    meterId,
    version: fc
      .tuple(
        fc.constantFrom('2026-05-01', ...CUTS),
        fc.constantFrom(15, 60),
        fc.constantFrom('1', '2.5'),
      )
      .map(([from, minutes, multiplier]) => version({ from, minutes, multiplier, amcd: 'D-1' })),
  }),
  fc.record({
    kind: fc.constant('INS' as const),
    installation: fc.record({
      usdpId,
      meterId,
      fromMs: fc.constantFrom('2026-05-01', ...CUTS).map(at),
      toMs: fc.option(cut.map(at)),
      ldc: fc.constant('MAPLE'),
      installReads: fc.constant(new Map([['KWH', decimal('1.5')]])),
      removalReads: fc.constant(new Map()),
      fileId: fc.constant('S'),
      line: fc.constant(2),
    }),
  }),
  fc.record({
    kind: fc.constant('SDP' as const),
    usdpId,
    from: fc.constantFrom('2026-05-01', '2026-07-02'),
    status: fc.constantFrom('ACTIVE', 'RETIRED', 'INACTIVE'),
  }),
  fc.record({ kind: fc.constant('ORG' as const), usdpId, orgId: fc.constantFrom('NORTHAMI', 'X') }),
);

/** At most one record a key, as the directory would have it. */
function factKey(fact: Fact): string {
  if (fact.kind === 'MTR') return `MTR ${fact.meterId} ${fact.version.fromMs}`;
  if (fact.kind === 'INS') {
    return `INS ${fact.installation.usdpId} ${fact.installation.meterId} ${fact.installation.fromMs}`;
  }
  return fact.kind === 'SDP'
    ? `SDP ${fact.usdpId} ${fact.from}`
    : `ORG ${fact.usdpId} ${fact.orgId}`;
}

const flag = fc.constantFrom('R', 'R', 'V', 'A', 'E', 'N');
const valueArb = fc.tuple(flag, fc.integer({ min: 0, max: 2 })).map(([f, v]) => `${f}0.00${v}`);
const blockArb = fc
  .record({
    device: meterId,
    date: fc.constantFrom(...DAYS),
    minutes: fc.constantFrom(15, 60),
    sender: fc.constantFrom('NORTHAMI', 'NORTHAMI', 'X'),
    other: fc.constantFrom('', '', 'D-1', 'D-9'),
    values: fc.dictionary(fc.constantFrom('0', '9', '10', '11', '15').map(String), valueArb, {
      minKeys: 1,
    }),
    isRegister: fc.boolean(),
  })
  .map((b) => (n: number): Block => {
    const origin = file(n, { sender: b.sender });
    const { device, other, minutes, values } = b;
    if (!b.isRegister) return block({ device, other, minutes, values, day: b.date, file: origin });
    return block({
      device,
      other,
      day: b.date,
      file: origin,
      registers: { [`${b.date}T10:37`]: 'R7.5' },
    });
  });

const storyArb = fc
  .record({
    facts: fc.uniqueArray(factArb, { minLength: 1, maxLength: 12, selector: factKey }),
    blocks: fc.array(blockArb, { minLength: 1, maxLength: 8 }),
  })
  .chain(({ facts, blocks }) => {
    const events: Event[] = [
      ...facts.map((fact) => ({ fact })),
      // Two blocks a file, so that lines decide too.
      ...blocks.map((make, i) => ({ block: { ...make(1 + (i >> 1)), line: i } })),
    ];
    const shuffled = fc.shuffledSubarray(events, { minLength: events.length });
    return fc.tuple(fc.constant(events), shuffled);
  });

describe('any order of files and directory', () => {
  it('gives the same channel days and the same custody counts', () => {
    fc.assert(
      fc.property(storyArb, ([events, shuffled]) => {
        expect(outcome(shuffled)).toEqual(outcome(events));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every value in exactly one state', () => {
    fc.assert(
      fc.property(storyArb, ([, shuffled]) => {
        for (const b of run(shuffled).blocks) {
          const c = countBlock(b);
          expect(c.applied + c.held + c.rejected).toBe(c.values);
          expect(c.unchanged + c.superseded).toBeLessThanOrEqual(c.applied);
        }
      }),
      { numRuns: 100 },
    );
  });
});
