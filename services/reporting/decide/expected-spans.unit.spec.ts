import { describe, expect, it } from '@jest/globals';
import { formatEstDay, parseInstant } from '@mdmr/kernel';
import { expectedSpans, type SdpFacts, type SpanVersion } from './expected-spans.js';

const version = (
  from: string,
  values: Record<string, string>,
  to: string | null = null,
): SpanVersion => ({
  from_ms: parseInstant(from.length === 10 ? `${from}T00:00:00-05:00` : from)!,
  to_ms: to === null ? null : parseInstant(to.length === 10 ? `${to}T00:00:00-05:00` : to)!,
  values,
});
const meter = (from: string, amcc: string, channels: string) =>
  version(from, { amcc_id: amcc, channels });

const home: SdpFacts = {
  sdp: [version('2026-05-01', { status: 'ACTIVE' })],
  installations: [version('2026-05-01', { meter_id: 'M-1' })],
  operators: [version('2026-05-01', { org_id: 'NORTHAMI' })],
  meter: () => [meter('2026-05-01', 'NA1', 'KWH')],
};
const spans = (facts: Partial<SdpFacts>): string[] =>
  expectedSpans({ ...home, ...facts }).map((s) =>
    [
      s.channel,
      s.amcc,
      s.operator,
      formatEstDay(s.fromDay),
      s.toDay === null ? 'open' : formatEstDay(s.toDay),
    ].join(' '),
  );

describe('days on which a channel is expected', () => {
  it('are those of an active SDP with a meter that lists the channel', () => {
    expect(spans({})).toEqual(['KWH NA1 NORTHAMI 2026-05-01 open']);
    expect(spans({ installations: [] })).toEqual([]);
    expect(spans({ sdp: [] })).toEqual([]);
    expect(spans({ meter: () => [meter('2026-05-01', 'NA1', 'KWH+GKWH')] })).toEqual([
      'GKWH NA1 NORTHAMI 2026-05-01 open',
      'KWH NA1 NORTHAMI 2026-05-01 open',
    ]);
  });

  it('leave out the days of an SDP that is disconnected, inactive or retired', () => {
    const sdp = [
      version('2026-05-01', { status: 'ACTIVE' }),
      version('2026-06-01', { status: 'DISCONNECTED' }),
      version('2026-06-05', { status: 'ACTIVE' }),
      version('2026-06-10', { status: 'RETIRED' }),
    ];
    expect(spans({ sdp })).toEqual([
      'KWH NA1 NORTHAMI 2026-05-01 2026-06-01',
      'KWH NA1 NORTHAMI 2026-06-05 2026-06-10',
    ]);
  });

  it('count the day of an exchange once, for the later meter', () => {
    const installations = [
      version('2026-05-01', { meter_id: 'M-1' }, '2026-07-02T10:37:00-05:00'),
      version('2026-07-02T10:37:00-05:00', { meter_id: 'M-2' }),
    ];
    const facts = {
      installations,
      meter: (id: string) => [meter('2026-05-01', id === 'M-1' ? 'NA1' : 'NA2', 'KWH')],
    };
    expect(spans(facts)).toEqual([
      'KWH NA1 NORTHAMI 2026-05-01 2026-07-02',
      'KWH NA2 NORTHAMI 2026-07-02 open',
    ]);
  });

  it('end with the day in which the meter was removed, or before it at midnight', () => {
    const until = (to: string) => [version('2026-05-01', { meter_id: 'M-1' }, to)];
    expect(spans({ installations: until('2026-06-01T00:00:00-05:00') })).toEqual([
      'KWH NA1 NORTHAMI 2026-05-01 2026-06-01',
    ]);
    expect(spans({ installations: until('2026-06-01T00:00:01-05:00') })).toEqual([
      'KWH NA1 NORTHAMI 2026-05-01 2026-06-02',
    ]);
  });

  it('name the AMI operator of each day, and none where there is none', () => {
    const operators = [
      version('2026-05-01', { org_id: 'NORTHAMI' }, '2026-06-01'),
      version('2026-06-10', { org_id: 'SOUTHAMI' }),
    ];
    expect(spans({ operators })).toEqual([
      'KWH NA1 NORTHAMI 2026-05-01 2026-06-01',
      'KWH NA1  2026-06-01 2026-06-10',
      'KWH NA1 SOUTHAMI 2026-06-10 open',
    ]);
  });
});
