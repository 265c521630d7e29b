import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emit } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import { until } from '@mdmr/testing';
import { GatewayHub } from './gateway.spec-hub.js';

type Received = EventValue<'gateway.FileReceived'>;

let h: GatewayHub;
beforeAll(async () => {
  h = await GatewayHub.start();
  await h.registerAll();
  await h.startGateway();
}, 60_000);
afterAll(() => h.close());

const HEAD = { at_ms: 9, custody_at_ms: 8 };

async function received(org: string, name: string, lines: string[]): Promise<Received> {
  await h.drop(org, name, `${lines.join('\n')}\n`);
  return h.first('gateway.FileReceived', name);
}

const USDP = 'HDR,USDP-REQ,1,MAPLE,MAPLE,MP-U-1,2026-04-29T09:00:00-05:00';

describe('a USDP request', () => {
  it('is open chunk by chunk, then decided, with its refused lines', async () => {
    const file = await received('MAPLE', 'u.csv', [USDP, 'SDP,1', 'SDP,2', 'SDP,2', 'TRL,3']);
    expect(await h.show(file.custody_id)).toMatchObject({ state: 'RECEIVED', in: 3, pending: 3 });
    const chunk = {
      ...HEAD,
      custody_id: file.custody_id,
      sender: 'MAPLE',
      ldc: 'MAPLE',
      file_id: 'MP-U-1',
    };
    const issued = [{ line: 2, sdp_id: '1', usdp_id: '4071829533' }];
    const refused = (line: number) => ({
      line,
      sdp_id: '2',
      reason: 'DUPLICATE_SDP_ID',
      existing_usdp_id: null,
    });
    await h.send(
      emit('usdp.UsdpRequestDecided', 'MAPLE', {
        ...chunk,
        chunk: 0,
        last: false,
        issued,
        rejected: [refused(3)],
      }),
    );
    await h.showOnce(file.custody_id, { state: 'OPEN', applied: 1, rejected: 1, pending: 1 });
    await h.send(
      emit('usdp.UsdpRequestDecided', 'MAPLE', {
        ...chunk,
        chunk: 1,
        last: true,
        issued: [],
        rejected: [refused(4)],
      }),
    );
    const shown = await h.showOnce('MAPLE/MP-U-1', { state: 'DECIDED', pending: 0 });
    expect(shown).toMatchObject({ in: 3, applied: 1, rejected: 2, held: 0 });
    expect(shown.lines).toEqual(
      [3, 4].map((line) => ({ line, state: 'REJECTED', reason: 'DUPLICATE_SDP_ID', values: 1 })),
    );
  });
});

describe('parts of synchronization sets', () => {
  /** A part of a set in custody: 2 records, file_id `<set>.<part>`, all of one name. */
  async function part(set: string, number: number, name: string): Promise<Received> {
    const kind = ['SYNC-SDP', 'SYNC-METER'][number - 1]!;
    const header = `HDR,${kind},1,MAPLE,MAPLE,${set}.${number},2026-07-02T15:38:00-05:00`;
    const lines = [`${header},ISYNC,${set},2,${number},6`, 'A', 'B', 'TRL,2'];
    const about = () => h.about('gateway.FileReceived', `${set}.${number}`);
    const before = about().length;
    await h.drop('MAPLE', name, `${lines.join('\n')}\n`);
    return until(`${set}.${number}`, async () => about()[before]);
  }

  const set = (set_id: string) => ({ ldc: 'MAPLE', set_id, mode: 'ISYNC', sequence: 2 });

  const accepted = (file: Received, set_id: string, number: number) =>
    emit('mmd.SyncPartAccepted', 'MAPLE', {
      ...set(set_id),
      ...HEAD,
      part: number,
      custody_id: file.custody_id,
      custody_seq: file.custody_seq,
      sender: 'MAPLE',
      file_id: file.file_id,
      file_name: file.name,
      sha256: file.sha256,
      records: 2,
      window_end_ms: 99,
    });

  const ended = (set_id: string, state: string, files: Received[]) =>
    emit('mmd.SyncSetStateChanged', 'MAPLE', {
      ...set(set_id),
      ...HEAD,
      state,
      ended: true,
      reason: state === 'APPLIED' ? '' : state,
      detail: '',
      expected_sequence: 2,
      parts: files.map((file, i) => ({
        part: i + 1,
        custody_id: file.custody_id,
        file_id: file.file_id,
        file_name: file.name,
        sha256: file.sha256,
        sender: 'MAPLE',
        records: 2,
      })),
      parts_missing: [],
      sender: 'MAPLE',
      affected: 0,
      active: 0,
    });

  it('are pending while their set is open, then counted record by record', async () => {
    const file = await part('S-1', 1, 's1.csv');
    await h.send(accepted(file, 'S-1', 1));
    await h.showOnce(file.custody_id, { state: 'OPEN', in: 2, pending: 2 });
    await h.send(
      ended('S-1', 'APPLIED', [file]),
      emit('mmd.SyncOutcomesRecorded', 'MAPLE', {
        ...set('S-1'),
        ...HEAD,
        sender: 'MAPLE',
        chunk: 0,
        last: true,
        applied: [],
        content_rejected: [
          {
            file_id: file.file_id,
            line: 3,
            part: 1,
            usdp_id: '4071829533',
            record_key: 'ACC/4071829533/A-9001/2026-05-01',
            field: 'postal_code',
            reason: 'BAD_POSTAL_CODE',
            value: 'K0A 1A',
          },
        ],
        relation_rejected: [],
        custody: [{ custody_id: file.custody_id, applied: 1, rejected: 1 }],
      }),
    );
    const shown = await h.showOnce(file.custody_id, { state: 'DECIDED' });
    expect(shown).toMatchObject({ in: 2, applied: 1, rejected: 1, pending: 0 });
    expect(shown.lines).toEqual([
      { line: 3, state: 'REJECTED', reason: 'BAD_POSTAL_CODE', values: 1 },
    ]);
    const { db } = h.gateway.tools;
    expect(JSON.stringify((await db.query('select * from sync_line')).rows)).not.toContain(
      'A-9001',
    );
  });

  it('go back unchanged when their set ends unapplied, and free their file_ids', async () => {
    const [one, two] = [await part('S-2', 1, 'same.csv'), await part('S-2', 2, 'same.csv')];
    await h.send(accepted(one, 'S-2', 1), accepted(two, 'S-2', 2));
    await h.send(ended('S-2', 'INCOMPLETE', [one, two]));
    const returned = await h.first('gateway.PartsReturned', 'S-2');
    const names = await h.names('MAPLE', 'outbox', 'returned', 'S-2');
    expect(names).toHaveLength(2);
    expect(returned.files.map(({ name }) => name).sort()).toEqual(names);
    expect(names).toContain('same.csv');
    const texts = await Promise.all(
      names.map((n) => h.text('MAPLE', 'outbox', 'returned', 'S-2', n)),
    );
    expect(texts.map((text) => text.split(',')[5]).sort()).toEqual(['S-2.1', 'S-2.2']);
    const shown = await h.show(one.custody_id);
    expect(shown).toMatchObject({ state: 'RETURNED', in: 2, rejected: 2, pending: 0 });
    const again = await part('S-2', 1, 'again.csv');
    expect(again.file_id).toBe(one.file_id);
  });

  it('refused against their set are refused whole and free their file_id', async () => {
    const file = await part('S-3', 1, 's3.csv');
    const refused = {
      ...HEAD,
      ldc: 'MAPLE',
      set_id: 'S-3',
      part: 1,
      custody_id: file.custody_id,
      reason: 'DUPLICATE_PART',
      detail: '',
      line: 1,
      sender: 'MAPLE',
      file_id: file.file_id,
      file_name: file.name,
      kind: file.kind,
    };
    await h.send(emit('mmd.SyncPartRefused', 'MAPLE', refused));
    await h.showOnce(file.custody_id, { state: 'REFUSED', in: 2, rejected: 2 });
    await part('S-3', 1, 's3-again.csv');
  });
});

describe('a meter file', () => {
  const line =
    'MEPMD01,19970819,NA1,,MDMR,,202607031055,M-1,OK,E,KWH,1,00000100,2,202607030100,R,0.4,,R,1';

  it('counts values, and follows them when the directory moves', async () => {
    const file = await received('NORTHAMI', 'n.cmep', [line, line.replace('M-1', 'M-7')]);
    const { custody_id } = file;
    const counts = { values: 2, unchanged: 0, superseded: 0, rejected: 0 };
    const total = { ldc: 'MAPLE', lines: 1, first_ms: null, last_ms: null };
    await h.send(
      emit('reads.SegmentDecided', custody_id, {
        ...HEAD,
        custody_id,
        file_id: file.file_id,
        file_name: file.name,
        sender: 'NORTHAMI',
        segment: 0,
        segments: 1,
        chunk: 0,
        last: true,
        totals: [
          { ...total, ...counts, applied: 2, held: 0 },
          { ...total, ...counts, applied: 0, held: 2 },
        ],
        rows: [
          {
            ...total,
            ...counts,
            sender_only: false,
            line: 2,
            meter_id: 'M-7',
            channel: 'KWH',
            applied: 0,
            held: 2,
            reason: 'UNKNOWN_METER',
          },
        ],
      }),
    );
    const shown = await h.showOnce(custody_id, { state: 'DECIDED' });
    expect(shown).toMatchObject({ in: 4, applied: 2, held: 2, rejected: 0, pending: 0 });
    expect(shown.lines).toEqual([{ line: 2, state: 'HELD', reason: 'UNKNOWN_METER', values: 2 }]);
    await h.send(
      emit('reads.CustodyChanged', custody_id, {
        at_ms: 9,
        custody_id,
        applied: 1,
        unchanged: 0,
        superseded: 0,
        held: -1,
        rejected: 0,
        lines: [
          {
            line: 2,
            was_state: 'HELD',
            was_reason: 'UNKNOWN_METER',
            state: 'APPLIED',
            reason: null,
            values: 1,
          },
        ],
      }),
    );
    const moved = await h.showOnce(custody_id, { applied: 3 });
    expect(moved).toMatchObject({ in: 4, held: 1 });
    expect(moved.lines).toEqual([{ line: 2, state: 'HELD', reason: 'UNKNOWN_METER', values: 1 }]);
  });
});

describe('a request for billing quantities', () => {
  it('has pending items until they are answered or end', async () => {
    const header = 'HDR,BQ-REQ,1,BILLCO,MAPLE,BC-Q-7,2026-07-03T09:00:00-05:00';
    const file = await received('BILLCO', 'q.csv', [header, 'REQ,1', 'REQ,2', 'REQ,3', 'TRL,3']);
    const request = {
      ...HEAD,
      custody_id: file.custody_id,
      file_id: 'BC-Q-7',
      sender: 'BILLCO',
      ldc: 'MAPLE',
    };
    const { custody_id } = file;
    const item = {
      usdp_id: '1',
      start: '',
      end: '',
      start_day: null,
      end_day: null,
      account_ref: null,
      account_given: false,
      as_known_on_ms: null,
      purpose: '',
    };
    await h.send(
      emit('billing.RequestAccepted', 'MAPLE', {
        ...request,
        custody_seq: file.custody_seq,
        window_end_ms: 99,
        items: 3,
      }),
      emit('billing.RequestItemsAccepted', 'MAPLE', {
        at_ms: 9,
        custody_id,
        ldc: 'MAPLE',
        items: [2, 3, 4].map((line) => ({ ...item, line })),
      }),
      emit('billing.ItemStatusChanged', 'MAPLE', {
        at_ms: 9,
        custody_id,
        ldc: 'MAPLE',
        items: [{ line: 3, reason: 'MISSING_INTERVALS', detail: '' }],
      }),
    );
    const open = await h.showOnce(custody_id, { state: 'OPEN' });
    expect(open).toMatchObject({ in: 3, pending: 3 });
    await until('the reason', async () => (await h.show(custody_id)).lines[1]?.reason !== '');
    expect((await h.show(custody_id)).lines).toEqual([
      { line: 2, state: 'PENDING', reason: '', values: 1 },
      { line: 3, state: 'PENDING', reason: 'MISSING_INTERVALS', values: 1 },
      { line: 4, state: 'PENDING', reason: '', values: 1 },
    ]);
    const row = {
      line: 2,
      usdp_id: '1',
      bq_id: 'b',
      revision: 1,
      segment_no: 1,
      framing: 'TOU',
      channel: 'KWH',
      total_wh: 1,
      intervals: 1,
      measured: 1,
      estimated: 0,
      edited: 0,
    };
    const endedItems = {
      ...request,
      chunk: 0,
      last: true,
      report: true,
      final: false,
      ended_so_far: 1,
      ended: [
        {
          line: 4,
          usdp_id: '3',
          start: '',
          end: '',
          reason: 'UNKNOWN_USDP',
          detail: '',
          no_source: false,
          last_interval_end_ms: null,
        },
      ],
    };
    await h.send(
      emit('billing.ResponseDelivered', 'MAPLE', {
        ...request,
        response_no: 1,
        final: false,
        chunk: 0,
        last: true,
        items: 1,
        rows: [row, { ...row, channel: 'GKWH' }],
      }),
      emit('billing.RequestItemsEnded', 'MAPLE', endedItems),
    );
    const later = await h.showOnce(custody_id, { applied: 1, rejected: 1 });
    expect(later).toMatchObject({ state: 'OPEN', pending: 1 });
    expect(later.lines).toEqual([
      { line: 3, state: 'PENDING', reason: 'MISSING_INTERVALS', values: 1 },
      { line: 4, state: 'REJECTED', reason: 'UNKNOWN_USDP', values: 1 },
    ]);
  });
});

describe('accounts', () => {
  it('are rebuilt from the topics without a difference', async () => {
    const tables = await h.gateway.tools.bus.rebuild(true);
    expect(tables.filter((table) => !table.equal)).toEqual([]);
  });
});
