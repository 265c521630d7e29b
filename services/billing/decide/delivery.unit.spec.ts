import { describe, expect, it } from '@jest/globals';
import { startOfDay } from '@mdmr/kernel';
import { directoryBehind, directoryVersion, versionsBehind, versionsHash } from './delivery.js';
import type { SourceVersion } from './delivery.js';
import { answerNow } from './evaluate-item.js';
import { FactsBuilder, channelDays, context, day, flat } from './sdp-facts.builder.js';
import type { SdpFacts } from './sdp-facts.js';

const START = day('2026-07-01');
const END = day('2026-07-03');

function behind(facts: SdpFacts, version = 1): SourceVersion[] {
  const rows = channelDays({
    'KWH/2026-07-01': { values: flat(1), version },
    'KWH/2026-07-02': { values: flat(1), version: 3 },
    'KWH/2026-07-03': { values: flat(1) },
  });
  const item = { usdpId: 'u', startDay: START, endDay: END, accountGiven: false };
  const outcome = answerNow(
    { ...item, accountRef: null, asKnownOnMs: null },
    facts,
    rows,
    context(),
  );
  if (outcome.kind !== 'ANSWERED') throw new Error('not answered');
  const directory = directoryBehind(facts, START, END, startOfDay(START), startOfDay(END));
  return versionsBehind(outcome.quantities, outcome.segments, rows, directory);
}

const keys = (versions: SourceVersion[], kind: string): string[] =>
  versions.filter((v) => v.kind === kind).map((v) => `${v.key} ${v.version}`);

describe('the versions behind a delivery', () => {
  it('are its channel days, calendars, services and directory records, no others', () => {
    const facts = new FactsBuilder()
      .status('2026-01-01')
      .status('2026-07-03', 'INACTIVE')
      .service('2026-01-01', 'HOURLY')
      .service('2026-06-01', 'TOU', 'ON-TOU')
      .service('2026-07-02', 'TOU', 'ON-ULO')
      .account('a1', '2026-01-01', '2026-07-01')
      .account('a2', '2026-07-01')
      .meter('2026-01-01', '2026-07-01')
      .meter('2026-07-01', '2026-07-02T10:00:00-05:00')
      .meter('2026-07-02T10:00:00-05:00')
      .build();
    const versions = behind(facts);
    expect(keys(versions, 'CHANNEL_DAY')).toEqual(['KWH/2026-07-01 1', 'KWH/2026-07-02 3']);
    expect(keys(versions, 'CALENDAR')).toEqual(['ON-TOU 1', 'ON-ULO 1']);
    expect(keys(versions, 'SERVICE')).toEqual(['STD 1']);
    expect(keys(versions, 'DIRECTORY')).toEqual([
      'SDP/2026-01-01 1',
      'SVC/2026-06-01 1',
      'SVC/2026-07-02 1',
      'ACC/a2/2026-07-01 1',
      'INS/2026-07-01 1',
      'MTR/2026-07-01 1',
      'INS/2026-07-02T10:00:00-05:00 1',
      'MTR/2026-07-02T10:00:00-05:00 1',
    ]);
  });

  it('have a hash that any of them moves', () => {
    const facts = new FactsBuilder().build();
    const hash = versionsHash(behind(facts));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(versionsHash(behind(facts))).toBe(hash);
    expect(versionsHash(behind(facts, 2))).not.toBe(hash);
  });

  it('name a directory record by when it was learnt and which line said so', () => {
    const at = startOfDay(START);
    expect(directoryVersion(at, 'MP-S-2.3', 4)).toBe('2026-07-01T00:00:00-05:00/MP-S-2.3/4');
    expect(directoryVersion(at, 'MP-S-2.3', null)).toBe('2026-07-01T00:00:00-05:00/MP-S-2.3');
  });
});
