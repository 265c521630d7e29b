import { describe, expect, it } from '@jest/globals';
import { judge, type HubState } from './check-run.js';
import { said } from './finding.js';
import { encode, miniature, reader, stateOf, USDP, type Miniature } from './fixture.js';

type Mutable<T> = T extends Buffer | ReadonlyMap<string, number>
  ? T
  : T extends readonly (infer U)[]
    ? Mutable<U>[]
    : { -readonly [K in keyof T]: Mutable<T[K]> };

/** What the checker says of a sound run in which something was spoilt. */
function spoilt(
  before: (mini: Miniature) => void,
  after: (state: Mutable<HubState>) => void = () => undefined,
): string[] {
  const mini = miniature();
  before(mini);
  const state = stateOf(mini) as Mutable<HubState>;
  after(state);
  return judge(mini.run, state, reader).findings.map(said);
}

const untouched = () => undefined;
const onTopic = (state: Mutable<HubState>, topic: string) =>
  state.messages.filter((message) => message.topic.includes(topic));
const events = (mini: Miniature, type: string) => mini.events.filter((e) => e.type.includes(type));
const books = (state: Mutable<HubState>) => state.books[0]!;

describe('the checker', () => {
  it('has nothing to say of a sound run', () => {
    expect(spoilt(untouched)).toEqual([]);
    const { findings, ...figures } = judge(miniature().run, stateOf(miniature()), reader);
    expect(findings).toEqual([]);
    expect(figures).toEqual({ values: 51, channelDays: 1, events: 14, copies: 0 });
  });

  it('lets a copy be, and counts it', () => {
    const mini = miniature();
    const state = stateOf(mini);
    const [message] = state.messages.filter(({ topic }) => topic.includes('meter-days'));
    const copy = { ...message!, offset: 99 };
    const { findings, copies } = judge(
      mini.run,
      { ...state, messages: [...state.messages, copy] },
      reader,
    );
    expect([findings, copies]).toEqual([[], 1]);
  });
});

describe('what is planted on the topics is named', () => {
  const lostMessage = (state: Mutable<HubState>) => {
    const victim = onTopic(state, 'meter-days')[1]!;
    state.messages.splice(state.messages.indexOf(victim), 1);
  };

  it('an event that never came', () => {
    const said = spoilt(untouched, lostMessage);
    expect(said).toContainEqual(expect.stringMatching(/^LANE_GAP .*meter-days.*: 3 after 1$/));
    expect(said).toContainEqual(expect.stringMatching(/^LOST day.cmep line 2: 0 values .* of 1$/));
  });

  it('the last event of a lane', () => {
    const said = spoilt(untouched, (state) => void state.messages.pop());
    expect(said).toContainEqual(
      expect.stringMatching(/^NOT_PUBLISHED .*quantities.*1 numbered, 0/),
    );
  });

  it('a copy with other bytes', () => {
    const said = spoilt(untouched, (state) => {
      const [first, second] = onTopic(state, 'meter-days');
      state.messages.push({ ...first!, offset: 99, value: second!.value });
    });
    expect(said).toEqual([expect.stringMatching(/^COPY_DIFFERS .*meter-days.*number 1 has other/)]);
  });

  it('what is no event', () => {
    const said = spoilt(untouched, (state) => {
      onTopic(state, 'issuances')[0]!.value = Buffer.from('x');
    });
    expect(said).toContainEqual(expect.stringMatching(/^NOT_AN_EVENT .*issuances/));
    expect(said).toContainEqual('LOST SDP-1: has no USDP ID');
  });

  it('an event that was decided twice', () => {
    const said = spoilt((mini) => mini.events.push(events(mini, 'MeterDayReceived')[0]!));
    expect(said).toEqual([expect.stringMatching(/^DOUBLED day.cmep line 1: received twice/)]);
    const days = spoilt((mini) => mini.events.push(events(mini, 'ChannelDayAttributed')[1]!));
    expect(days).toEqual([`DOUBLED reads ${USDP} KWH 2026-06-01: version 2 comes after 2`]);
  });

  it('a version that nobody decided', () => {
    const said = spoilt((mini) => {
      const first = events(mini, 'ChannelDayValidated')[0]!;
      mini.events.splice(mini.events.indexOf(first), 1);
    });
    expect(said).toContainEqual(`LOST vee ${USDP} KWH 2026-06-01: version 2 comes after 0`);
  });

  it('a USDP ID that two have, an SDP that has two', () => {
    const issued = (sdp: string, usdp: string) => (mini: Miniature) => {
      const [event] = events(mini, 'UsdpRequestDecided');
      (event!.value['issued'] as object[]).push({ sdp_id: sdp, usdp_id: usdp });
    };
    expect(spoilt(issued('SDP-2', USDP))).toEqual([`DOUBLED ${USDP}: is SDP-1's and SDP-2's`]);
    expect(spoilt(issued('SDP-1', '1'))).toEqual([`DOUBLED SDP-1: has ${USDP}, 1`]);
  });
});

describe('what is planted in the bookkeeping is named', () => {
  it.each([
    ['a consumer behind', (s: Mutable<HubState>) => (books(s).fences[2]!.nextOffset -= 1)],
    ['a consumer beyond', (s: Mutable<HubState>) => (books(s).fences[2]!.nextOffset += 1)],
    ['a half worked message', (s: Mutable<HubState>) => (books(s).fences[2]!.isOpen = true)],
    ['an event not taken', (s: Mutable<HubState>) => (books(s).positions[2]!.lastSeq -= 1)],
    ['a lane never taken', (s: Mutable<HubState>) => void books(s).positions.splice(2, 1)],
  ])('%s', (_, plant) => {
    expect(spoilt(untouched, plant)).toEqual([
      expect.stringMatching(/^NOT_PROJECTED any.p mdmr.reads.meter-days.v1/),
    ]);
  });

  it('a journal that is ahead of its topic', () => {
    const said = spoilt(untouched, (state) => (books(state).heads[2]!.lastSeq += 1));
    expect(said).toEqual([expect.stringMatching(/^NOT_PUBLISHED .*: 6 numbered, 5 on the topic$/)]);
  });

  it('a service that keeps no books', () => {
    const none = { service: 'idle', fences: [], positions: [], heads: [], quarantined: 0 };
    const said = spoilt(untouched, (state) => void state.books.push(none));
    expect(said).toEqual(['NOT_PROJECTED idle: keeps no books']);
  });

  it('quarantine', () => {
    const said = spoilt(untouched, (state) => (books(state).quarantined = 1));
    expect(said).toEqual(['QUARANTINED any: 1 messages in quarantine']);
  });
});

describe('what is planted in custody is named', () => {
  const custody = (index: number, change: object) => (mini: Miniature) => {
    mini.run.custody = mini.run.custody.map((one, i) =>
      i === index ? { ...one, ...change } : one,
    );
  };

  it('a file that is in none, in two, or was never sent', () => {
    expect(spoilt((mini) => void (mini.run.custody = mini.run.custody.slice(1)))).toEqual([
      'LOST A/day.cmep: is in no custody',
    ]);
    const twice = (mini: Miniature) => {
      mini.run.custody = [...mini.run.custody, { ...mini.run.custody[0]!, id: 'C-9' }];
    };
    expect(spoilt(twice)).toEqual(['DOUBLED A/day.cmep: is in custody 2 times']);
    expect(spoilt(custody(0, { name: 'x' }))).toContain('DOUBLED A/x: nobody sent it');
    expect(spoilt((mini) => void (mini.run.left = ['A/inbox/x']))).toEqual([
      'LOST A/inbox/x: was never taken',
    ]);
  });

  it('values that are lost, or counted as what they are not', () => {
    expect(spoilt(custody(0, { in: 24, applied: 24 }))).toEqual([
      'LOST A/day.cmep: in 24, sent 25',
      'WRONG_COUNT A/day.cmep: applied 24, sent 25',
    ]);
    expect(spoilt(custody(2, { held: 24, rejected: 1 }))).toEqual([
      'WRONG_COUNT A/held.cmep: held 24, sent 25',
      'WRONG_COUNT A/held.cmep: rejected 1, sent 0',
    ]);
    expect(spoilt(custody(1, { pending: 1 }))).toEqual([
      expect.stringMatching(/^WRONG_COUNT A\/correction.cmep: does not add up/),
    ]);
    expect(spoilt(custody(0, { state: 'OPEN' }))).toEqual([
      'WRONG_STATE A/day.cmep: is OPEN, must be DECIDED',
    ]);
  });
});

describe('a wrong Wh is named', () => {
  const oneMore = (type: string) => (mini: Miniature) => {
    const { value } = events(mini, type)[1]!;
    value['values'] = (value['values'] as number[]).map((wh, i) => (i === 7 ? wh + 1 : wh));
  };
  const where = `${USDP} KWH 2026-06-01`;
  const detail = '12160 Wh sent, 12161 Wh there; interval 7: 320 sent, 321 there';

  it('where it is decided', () => {
    expect(spoilt(oneMore('ChannelDayAttributed'))).toContain(`WRONG_WH reads ${where}: ${detail}`);
    const vee = spoilt(oneMore('ChannelDayValidated'));
    expect(vee).toContain(`WRONG_WH vee ${where}: ${detail}`);
    expect(vee).toContain(`WRONG_BILL Q-1 ${USDP} KWH: 12160 Wh, its days have 12161`);
  });

  it('in each direction of a correction', () => {
    const said = spoilt((mini) => {
      const [first, second] = events(mini, 'ChannelDayAttributed');
      second!.value['values'] = first!.value['values'];
    });
    expect(said[0]).toMatch(/^WRONG_WH reads .* 12160 Wh sent, 12000 Wh there; interval 5: 400/);
  });

  it.each(['vee', 'billing'] as const)('in the store of %s', (store) => {
    const said = spoilt(({ stored }) => {
      const [day] = stored[store];
      stored[store] = [{ ...day!, values: day!.values!.map((wh, i) => (i === 7 ? wh + 1 : wh)) }];
    });
    expect(said).toEqual([`WRONG_WH ${store} store ${where}: ${detail}`]);
  });

  it('and so is a row that is missing, doubled, old, or without a cause', () => {
    const stored = (change: (mini: Miniature) => void) => spoilt(change);
    expect(stored((mini) => void (mini.stored.reads = []))).toEqual([
      `LOST reads store ${where}: is not stored`,
    ]);
    expect(stored((mini) => void mini.stored.vee.push(mini.stored.vee[0]!))).toEqual([
      `DOUBLED vee store ${where}: is stored twice`,
    ]);
    const other = (mini: Miniature) =>
      void mini.stored.billing.push({ ...mini.stored.billing[0]!, channel: 'GKWH' });
    expect(stored(other)).toEqual([
      `DOUBLED billing store ${USDP} GKWH 2026-06-01: is stored, but no event says so`,
    ]);
    const old = (mini: Miniature) =>
      void (mini.stored.billing = [{ ...mini.stored.billing[0]!, version: 1 }]);
    expect(stored(old)).toEqual([
      `STALE billing store ${where}: version 1 is stored, 2 is the newest`,
    ]);
  });
});

describe('what is planted in the outboxes is named', () => {
  const delivered = (change: (texts: string[]) => string[]) => (mini: Miniature) => {
    const texts = change(mini.run.delivered.map(({ text }) => text));
    mini.run.delivered = texts.map((text, i) => ({ org: 'A', name: `answer-${i}.csv`, text }));
  };

  it('an answer that is missing, doubled, or cut off', () => {
    expect(spoilt(delivered(([, ...rest]) => rest))).toEqual([
      'NOT_ANSWERED A DC07 day.cmep: 0 of 1 answers',
    ]);
    expect(spoilt(delivered((all) => [...all, all[0]!]))).toEqual([
      'DOUBLED A/outbox/answer-5.csv: has the id of answer-0.csv',
      'DOUBLED A DC07 day.cmep: 2 answers in place of 1',
    ]);
    const cut = delivered(([first, ...rest]) => [first!.slice(0, -4), ...rest]);
    expect(spoilt(cut)).toEqual(['LOST A/outbox/answer-0.csv: is cut off']);
    const other = delivered(([first, ...rest]) => [first!.replaceAll('day.cmep', 'x'), ...rest]);
    expect(spoilt(other)).toContain('DOUBLED A DC07 x: 1 answers to nothing');
  });

  it('a bill with a wrong sum, a bill that is missing, a bill that came twice', () => {
    const changed = (from: string, to: string) =>
      delivered((all) => all.map((text) => text.replace(from, to)));
    expect(spoilt(changed('12.160', '12.161'))).toEqual([
      `WRONG_BILL Q-1 ${USDP} KWH: 12161 Wh, its days have 12160`,
      `WRONG_BILL Q-1 ${USDP} KWH: 12161 Wh, 12160 were sent`,
      `WRONG_BILL Q-1 ${USDP} KWH: 12161 Wh, its parts have 12160`,
    ]);
    expect(spoilt(changed('10.160', '10.159'))).toEqual([
      `WRONG_BILL Q-1 ${USDP} KWH: 12160 Wh, its parts have 12159`,
    ]);
    expect(spoilt(delivered((all) => all.slice(0, -1)))).toEqual([
      'DOUBLED Q-1: responses , BR01 of 1',
      `NOT_ANSWERED Q-1 ${USDP}: all its days are complete`,
    ]);
    const again = delivered((all) => [...all, all.at(-1)!.replace('F-Q', 'F-R')]);
    expect(spoilt(again)).toContain(`DOUBLED Q-1 ${USDP} KWH 2026-06-01: answered twice`);
  });
});

describe('the schemas', () => {
  it('read what is written by them, and nothing else', () => {
    const value = { org: 'A', name: 'x' };
    const bytes = encode('gateway.FileReceived', value);
    expect(reader.decode(bytes)?.value).toMatchObject(value);
    expect(reader.decode(bytes.subarray(0, -1))).toBeNull();
    expect(reader.decode(Buffer.concat([Buffer.from([0, 0, 0, 99, 99]), bytes]))).toBeNull();
  });
});
