import { writeFile, rename, mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emit } from '@mdmr/bus';
import { until } from '@mdmr/testing';
import { GatewayHub } from './gateway.spec-hub.js';

const USDP = 'HDR,USDP-REQ,1,MAPLE,MAPLE,MP-U-1,2026-04-29T09:00:00-05:00\nSDP,MP-1\nTRL,1\n';
const CMEP_LINE =
  'MEPMD01,19970819,NA1,,MDMR,,202607031055,M-1,OK,E,KWH,1,00000100,1,202607030100,R,0.4';

let h: GatewayHub;
beforeAll(async () => {
  h = await GatewayHub.start({ MDMR_MAX_FILE_BYTES: '12000000' });
  await h.registerAll();
  await h.startGateway();
}, 60_000);
afterAll(() => h.close());

describe('an organization that is registered', () => {
  it('has exchange folders, and the gateway says when', async () => {
    await until('folders', async () => (await h.call('GET', 'exchange/BILLCO'))[0] === 200);
    for (const folder of ['inbox', 'outbox', 'archive']) {
      expect(await h.names('MAPLE')).toContain(folder);
    }
    expect((await h.call('GET', 'exchange/ELM'))[0]).toBe(404);
  });
});

describe('custody', () => {
  it('moves a sound file to the archive and says that it was received', async () => {
    await h.drop('MAPLE', 'first.csv', USDP);
    const received = await h.first('gateway.FileReceived', 'first.csv');
    expect(received).toMatchObject({
      custody_id: expect.stringMatching(/^C[0-9a-f]{16}$/),
      custody_seq: 1,
      org: 'MAPLE',
      kind: 'USDP-REQ',
      file_id: 'MP-U-1',
      ldc: 'MAPLE',
      ldc_has_role: true,
      records: 1,
    });
    const stored = await h.gateway.tools.files.readAll(received.sha256);
    expect(stored.toString()).toBe(USDP);
    await until('archive', async () => (await h.names('MAPLE', 'archive')).includes('first.csv'));
    expect(await h.names('MAPLE', 'inbox')).toEqual([]);
    expect(await h.names('MAPLE', '.hub', 'claimed')).toEqual([]);
  });

  it('refuses a bad file and keeps it in the archive too', async () => {
    await h.drop('MAPLE', 'bad.csv', USDP.replace('MP-U-1', 'MP-U-2').replace('TRL,1', 'TRL,5'));
    expect(await h.first('gateway.FileRefused', 'bad.csv')).toMatchObject({
      reason: 'COUNT_MISMATCH',
      line: 3,
      detail: 'TRL 5 records 1',
      to_ldc: true,
      rejected: 1,
    });
    const shown = await h.show('MAPLE/bad.csv');
    expect(shown).toMatchObject({ state: 'REFUSED', in: 1, rejected: 1, reason: 'COUNT_MISMATCH' });
    await until('archive', async () => (await h.names('MAPLE', 'archive')).includes('bad.csv'));
  });

  it('lets a refused file_id come again', async () => {
    await h.drop('MAPLE', 'good.csv', USDP.replace('MP-U-1', 'MP-U-2'));
    expect(await h.first('gateway.FileReceived', 'good.csv')).toMatchObject({ file_id: 'MP-U-2' });
    expect(await h.show('MAPLE/MP-U-2')).toMatchObject({ name: 'good.csv', state: 'RECEIVED' });
  });

  it('cuts meter files, and takes them again each time', async () => {
    const name = 'NA1_night.cmep';
    const bytes = `${CMEP_LINE}\r\n`.repeat(120_000);
    await h.drop('NORTHAMI', name, bytes);
    const received = await h.first('gateway.FileReceived', name);
    expect(received).toMatchObject({ kind: 'CMEP', unit: 'VALUE', records: 120_000, segments: 2 });
    const segments = await until('segments', async () => {
      const found = h.about('gateway.SegmentReady', received.custody_id);
      return found.length === 2 && found.sort((a, b) => a.segment - b.segment);
    });
    const [first, second] = segments as [(typeof segments)[0], (typeof segments)[0]];
    expect([first.byte_from, second.byte_to]).toEqual([0, bytes.length]);
    expect(first.byte_to).toBe(second.byte_from);
    expect(second.first_line).toBe(first.byte_to / (CMEP_LINE.length + 2) + 1);
    await h.drop('NORTHAMI', name, bytes);
    await until('the second', async () => h.about('gateway.FileReceived', name).length === 2);
    const archived = await until('two in the archive', async () => {
      const names = await h.names('NORTHAMI', 'archive');
      return names.length === 2 && names;
    });
    const [, again] = h.about('gateway.FileReceived', name);
    expect(archived).toContain(name);
    expect(archived).toContain(`NA1_night.${again!.custody_id}.cmep`);
  });

  it('refuses meter files of who reads for nobody', async () => {
    await h.drop('BILLCO', 'x.cmep', CMEP_LINE);
    expect(await h.first('gateway.FileRefused', 'x.cmep')).toMatchObject({
      reason: 'NOT_AUTHORIZED',
      kind: 'CMEP',
      ldc: null,
      to_ldc: false,
    });
  });

  it('does not store what is too large, but archives it', async () => {
    await h.drop('NORTHAMI', 'huge.cmep', `${CMEP_LINE}\n`.repeat(140_000));
    const refused = await h.first('gateway.FileRefused', 'huge.cmep');
    expect(refused).toMatchObject({ reason: 'FILE_TOO_LARGE', detail: 'MDMR_MAX_FILE_BYTES' });
    expect(await h.gateway.tools.files.has(refused.sha256)).toBe(false);
    await until('archive', async () =>
      (await h.names('NORTHAMI', 'archive')).includes('huge.cmep'),
    );
  });

  it('leaves a .part and a folder alone, and neither is work', async () => {
    await writeFile(h.folder('MAPLE', 'inbox', 'slow.csv.part'), 'HDR');
    await mkdir(h.folder('MAPLE', 'inbox', 'folder'));
    await h.drop('MAPLE', 'after.csv', '');
    await h.first('gateway.FileRefused', 'after.csv');
    expect(await h.names('MAPLE', 'inbox')).toEqual(['folder', 'slow.csv.part']);
    const [, status] = await until('idle', async () => {
      const answer = await h.call('GET', 'status');
      return answer[1].work.length === 0 && answer;
    });
    expect(status.work).toEqual([]);
    await rename(h.folder('MAPLE', 'inbox', 'slow.csv.part'), h.folder('MAPLE', 'inbox', 'slow'));
    expect(await h.first('gateway.FileRefused', 'slow')).toMatchObject({ reason: 'UNKNOWN_KIND' });
  });

  it('copes with names that no path or report can hold', async () => {
    const raw = Buffer.concat([
      Buffer.from(`${h.folder('MAPLE', 'inbox')}/line\nbreak \xff`, 'latin1'),
    ]);
    await writeFile(raw, 'nothing');
    const refused = await until(
      'refusal',
      async () => h.about('gateway.FileRefused', 'line_break _')[0],
    );
    expect(refused).toMatchObject({ reason: 'HEADER_MISSING', org: 'MAPLE' });
  });

  it('numbers files in the order in which they arrived', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `order-${String((i * 7) % 12)}.csv`);
    for (const name of names) await h.drop('MAPLE', name, name);
    await until('all', async () => h.about('gateway.FileRefused', names.at(-1)!).length === 1);
    const seqs = names.map((name) => h.about('gateway.FileRefused', name)[0]!.custody_seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    const [, list] = await h.call('GET', 'files?org=MAPLE&state=REFUSED');
    expect(list.files.slice(-12).map((file) => file.name)).toEqual(names);
  });
});

describe('a file_id that is in use', () => {
  const header = 'HDR,USDP-REQ,1,MAPLE,MAPLE,MP-U-9,2026-04-29T09:00:00-05:00\n';
  const bytes = `${header}TRL,0\n`;

  it('lets a second file wait until the first is decided, then answers it again', async () => {
    await h.drop('MAPLE', 'nine.csv', bytes);
    const first = await h.first('gateway.FileReceived', 'nine.csv');
    await h.drop('MAPLE', 'nine-again.csv', bytes);
    await h.drop('MAPLE', 'nine-other.csv', `${header}SDP,X\nTRL,1\n`);
    await h.drop('MAPLE', 'behind.csv', 'x');
    await h.first('gateway.FileRefused', 'behind.csv');
    expect(h.about('gateway.FileRepeated', 'nine-again.csv')).toEqual([]);
    const [, status] = await h.call('GET', 'status');
    expect(status.work.join()).toContain('2 files of MAPLE are being taken into custody');

    const answer = await h.gateway.tools.files.put(Buffer.from('answer\n'));
    await h.send(
      emit('usdp.FileComposed', 'MAPLE', {
        at_ms: 5,
        file_id: 'F-9',
        recipient: 'MAPLE',
        ldc: 'MAPLE',
        kind: 'USDP-RSP',
        name: 'MAPLE_USDP-RSP_MAPLE_F-9.csv',
        ...answer,
        run_id: 'MP-U-9',
        in_reply_to: [first.custody_id],
        period_start_day: null,
        period_end_day: null,
        as_of_ms: null,
        rows: null,
      }),
    );
    await h.first('gateway.FileDelivered', 'F-9');
    expect(await h.text('MAPLE', 'outbox', 'MAPLE_USDP-RSP_MAPLE_F-9.csv')).toBe('answer\n');
    await h.send(
      emit('usdp.UsdpRequestDecided', 'MAPLE', {
        at_ms: 5,
        custody_id: first.custody_id,
        custody_at_ms: first.at_ms,
        sender: 'MAPLE',
        ldc: 'MAPLE',
        file_id: 'MP-U-9',
        chunk: 0,
        last: true,
        issued: [],
        rejected: [],
      }),
    );
    expect(await h.first('gateway.FileRepeated', 'nine-again.csv')).toMatchObject({
      of_custody_id: first.custody_id,
      files: ['F-9'],
    });
    expect(await h.first('gateway.FileRefused', 'nine-other.csv')).toMatchObject({
      reason: 'DUPLICATE_FILE_ID',
    });
    const deliveries = await until('both', async () => {
      const found = h.about('gateway.FileDelivered', 'F-9');
      return found.length === 2 && found;
    });
    expect(deliveries.map(({ again }) => again)).toEqual([false, true]);
    const repeat = await h.show('MAPLE/nine-again.csv');
    expect(repeat).toMatchObject({ state: 'REPEATED', in: 0, pending: 0 });
    expect(await h.show('MAPLE/MP-U-9')).toMatchObject({
      id: first.custody_id,
      state: 'DECIDED',
      sent: [{ file_id: 'F-9', delivered_at: expect.any(String) }],
    });
  });

  it('is answered again on request of the operator, same name and bytes', async () => {
    const [status] = await h.call('POST', 'files/resend', { file: 'MAPLE/F-9' });
    expect(status).toBe(200);
    await until('three', async () => h.about('gateway.FileDelivered', 'F-9').length === 3);
    expect((await h.call('POST', 'files/resend', { file: 'MAPLE/none' }))[0]).toBe(404);
  });
});

describe('the gateway', () => {
  it('is rebuilt from the topics without a difference', async () => {
    const tables = await h.gateway.tools.bus.rebuild(true);
    expect(tables.filter((table) => !table.equal)).toEqual([]);
    expect(tables.map((table) => table.table)).toContain('custody_file');
  });
});
