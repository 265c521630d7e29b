import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  answers,
  answersIn,
  csvFile,
  custody,
  dropSet,
  enlist,
  fieldsOf,
  HubDriver,
  reportsOf,
  rowsOf,
  setFiles,
  setOf,
  takeOutbox,
  uncounted,
  type Answer,
  type FileCounts,
} from './index.js';
import { DEFECTS, draftOf, spoiltFiles, textOf } from './file-defects.js';

const IR17_COLUMNS = 'COL,file_id,line,kind,reason,detail,file_name';
const NOW = '2026-07-02T09:00:00-05:00';
/** Told to the sender alone: the reasons up to UNKNOWN_LDC, and NOT_AUTHORIZED. */
const TO_SENDER_ALONE = DEFECTS.slice(0, 10).map(({ reason }) => reason);

interface Refusal {
  readonly answer: Answer;
  readonly fileId: string;
  readonly line: string;
  readonly kind: string;
  readonly reason: string;
  readonly detail: string;
}

/** One IR17 has one ROW; by file_name, which tests make unique. */
function refusalsByName(all: readonly Answer[]): Map<string, Refusal[]> {
  const byName = new Map<string, Refusal[]>();
  for (const answer of all) {
    expect(answer.lines[1]).toBe(IR17_COLUMNS);
    expect(answer.rows).toHaveLength(1);
    const [, fileId, line, kind, reason, detail, name] = fieldsOf(answer.rows[0]!);
    const refusal = {
      answer,
      fileId: fileId!,
      line: line!,
      kind: kind!,
      reason: reason!,
      detail: detail!,
    };
    byName.set(name!, [...(byName.get(name!) ?? []), refusal]);
  }
  return byName;
}

const xId = (content: string | Buffer) =>
  `x${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;

describe('files refused whole', () => {
  let hub: HubDriver;
  const req = (fileId: string, records: readonly string[], more = '') =>
    csvFile(`HDR,USDP-REQ,1,MAPLE,MAPLE,${fileId},${NOW}${more}`, records);
  const byName = (files: readonly FileCounts[], name: string) => {
    const found = files.filter((file) => file.name === name);
    expect(found).toHaveLength(1);
    return found[0]!;
  };

  beforeAll(async () => {
    hub = await HubDriver.start({
      clock: NOW,
      env: {
        MDMR_SCHEDULE: 'off',
        MDMR_MAX_FILE_BYTES: '20000',
        MDMR_MAX_RECORDS: '40',
        MDMR_MAX_LINE_BYTES: '3000',
        MDMR_MAX_OPEN_SETS: '2',
        MDMR_MAX_REQUESTS: '3',
      },
    });
    await enlist(hub, {
      orgs: {
        MAPLE: 'LDC',
        OAK: 'LDC',
        NORTHAMI: 'AMI_OPERATOR',
        SOUTHAMI: 'AMI_OPERATOR',
        BILLCO: 'BILLING_AGENT',
      },
      delegations: [
        'MAPLE BILLCO USDP',
        'MAPLE BILLCO SYNC',
        'MAPLE BILLCO BILLING',
        'MAPLE NORTHAMI READS',
      ],
      amccs: ['NA1 --org NORTHAMI --ldc MAPLE', 'SA1 --org SOUTHAMI --ldc MAPLE'],
    });
  }, 420_000);
  afterAll(async () => hub?.remove(), 60_000);

  it('tells of any two troubles the first in the order of the contract, to whom it concerns', async () => {
    const consumed = textOf({ ...draftOf('BC-U-1'), records: ['SDP,BC-1,', 'SDP,BC-2,'] });
    await hub.drop('BILLCO', 'BILLCO_USDP-REQ_BC-U-1.csv', consumed);
    await hub.idle();
    await takeOutbox(hub, 'BILLCO');
    await takeOutbox(hub, 'MAPLE');

    const files = spoiltFiles();
    for (const file of files) await hub.drop('BILLCO', file.name, file.content);
    await hub.idle();

    const toSender = refusalsByName(await answers(hub, 'BILLCO'));
    const toLdc = refusalsByName(await answers(hub, 'MAPLE'));
    const counted = await custody(hub);
    const wrong: string[] = [];
    for (const { name, content, draft, told, isSingle } of files) {
      const found = toSender.get(name) ?? [];
      const refusal = found[0];
      const isToLdc = !TO_SENDER_ALONE.includes(told.reason);
      const isLdcNamed = draft.hasHeader && ['MAPLE', 'OAK'].includes(draft.behalf);
      const fileId = draft.hasHeader ? draft.fileId : xId(content);
      const line = isSingle ? told.line?.(draft) : undefined;
      const file = byName(counted, name);
      const expected = {
        count: 1,
        reason: told.reason,
        fileId,
        kind: draft.hasHeader ? draft.kind : '',
        ldc: isLdcNamed ? draft.behalf : '',
        header: ['HDR', 'IR17', '1', 'MDMR', 'BILLCO', fileId, '2026-07-02', '2026-07-03'],
        toLdc: isToLdc ? 1 : 0,
        state: 'REFUSED',
        counts: [draft.records.length, 0, 0, draft.records.length, 0],
        line: line === undefined ? refusal?.line : String(line),
        detail: (isSingle ? told.detail : undefined) ?? refusal?.detail,
      };
      const header = refusal?.answer.header ?? [];
      const actual = {
        count: found.length,
        reason: refusal?.reason,
        fileId: refusal?.fileId,
        kind: refusal?.kind,
        ldc: header[4],
        header: [...header.slice(0, 4), ...header.slice(7, 11)],
        toLdc: toLdc.get(name)?.length ?? 0,
        state: file.state,
        counts: [file.in, file.applied, file.held, file.rejected, file.pending],
        line: refusal?.line,
        detail: refusal?.detail,
      };
      if (JSON.stringify(actual) !== JSON.stringify(expected)) {
        wrong.push(`${name}\n  is  ${JSON.stringify(actual)}\n  not ${JSON.stringify(expected)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(await hub.outbox('OAK')).toEqual([]);
    expect(uncounted(counted)).toEqual([]);
  }, 240_000);

  it('knows every way to be wrong', async () => {
    const sync = (fileId: string, kind: string, tail: string) =>
      csvFile(`HDR,${kind},1,MAPLE,MAPLE,${fileId},${NOW},${tail}`, []);
    const bq = (fileId: string, window: string, items = 1) =>
      csvFile(
        `HDR,BQ-REQ,1,MAPLE,MAPLE,${fileId},${NOW},${window}`,
        Array.from({ length: items }, (_, i) => `REQ,123456789${i},2026-06-01,2026-07-01`),
      );
    const one = ['SDP,W-1,'];
    const wrong: [string, string | Buffer, string, number | null, string?][] = [
      [
        'records',
        req('W-R', Array(41).fill('SDP,W-1,')),
        'FILE_TOO_LARGE',
        null,
        'MDMR_MAX_RECORDS',
      ],
      [
        'bytes',
        req('W-B', Array(35).fill(`SDP,W-1,${'x'.repeat(700)}`)),
        'FILE_TOO_LARGE',
        null,
        'MDMR_MAX_FILE_BYTES',
      ],
      ['requests', bq('W-Q', '', 4), 'FILE_TOO_LARGE', null, 'MDMR_MAX_REQUESTS'],
      ['latin-1', Buffer.from(req('W-L', ['SDP,W-1,Montréal']), 'latin1'), 'BAD_ENCODING', 2],
      ['utf-16', Buffer.from(`\ufeff${req('W-U', one)}`, 'utf16le'), 'BAD_ENCODING', 1],
      ['nul', req('W-N', ['SDP,W-1,a\u0000b']), 'BAD_ENCODING', 2],
      ['empty', '', 'HEADER_MISSING', 1],
      ['blank line only', '\n', 'HEADER_MISSING', 1],
      ['trailer only', 'TRL,0\n', 'HEADER_MISSING', 1],
      ['small letters', req('W-S', one).replace('HDR', 'hdr'), 'HEADER_MISSING', 1],
      ['a letter', 'Dear hub,\nplease find attached\n', 'HEADER_MISSING', 1],
      ['open quote', req('W-O', ['SDP,W-1,"12 Elm St']), 'NOT_CSV', 2],
      ['quoted break', req('W-K', ['SDP,W-1,"12 Elm St\nrear"']), 'NOT_CSV', 2],
      ['blank record', req('W-A', ['SDP,W-1,', '', 'SDP,W-2,']), 'NOT_CSV', 3],
      ['an answer', req('W-D', one).replace('USDP-REQ', 'USDP-RSP'), 'UNKNOWN_KIND', 1],
      ['a later phase', req('W-E', one).replace('USDP-REQ', 'DIR-REQ'), 'UNKNOWN_KIND', 1],
      ['edits', req('W-F', one).replace('USDP-REQ', 'EDIT'), 'UNKNOWN_KIND', 1],
      ['kind in small', req('W-G', one).replace('USDP-REQ', 'usdp-req'), 'UNKNOWN_KIND', 1],
      ['no version', req('W-H', one).replace('REQ,1,', 'REQ,,'), 'UNKNOWN_VERSION', 1],
      ['version 01', req('W-I', one).replace('REQ,1,', 'REQ,01,'), 'UNKNOWN_VERSION', 1],
      ['no sender', req('W-J', one).replace(',MAPLE,MAPLE', ',,MAPLE'), 'UNKNOWN_SENDER', 1],
      ['sender small', req('W-M', one).replace(',MAPLE,', ',maple,'), 'UNKNOWN_SENDER', 1],
      [
        'a sync for no LDC',
        sync('W-P', 'SYNC-SDP', 'ISYNC,W-SET-P,1,1,6').replace('MAPLE,MAPLE', 'MAPLE,BILLCO'),
        'UNKNOWN_LDC',
        1,
      ],
      ['no file_id', req('', one), 'BAD_HEADER', 1],
      ['blank in file_id', req('W T', one), 'BAD_HEADER', 1],
      ['65 in file_id', req('W'.repeat(65), one), 'BAD_HEADER', 1],
      ['no created_at', req('W-V', one).replace(`,${NOW}`, ','), 'BAD_HEADER', 1],
      ['fraction', req('W-W', one).replace(':00-05', ':00.5-05'), 'BAD_HEADER', 1],
      ['field too many', req('W-X', one, ',more'), 'BAD_HEADER', 1],
      ['mode of phase 2', sync('W-Y1', 'SYNC-SDP', 'AUDIT,W-SET-1,1,1,6'), 'BAD_HEADER', 1],
      ['no set_id', sync('W-Y2', 'SYNC-SDP', 'ISYNC,,1,1,6'), 'BAD_HEADER', 1],
      ['sequence 0', sync('W-Y3', 'SYNC-SDP', 'ISYNC,W-SET-2,0,1,6'), 'BAD_HEADER', 1],
      ['part 7', sync('W-Y4', 'SYNC-SDP', 'ISYNC,W-SET-3,1,7,6'), 'BAD_HEADER', 1],
      ['of 5', sync('W-Y5', 'SYNC-SDP', 'ISYNC,W-SET-4,1,1,5'), 'BAD_HEADER', 1],
      ['a wish for a window', bq('W-Y6', 'tomorrow'), 'BAD_HEADER', 1],
      ['after the trailer', `${req('W-Z', one)}SDP,W-9,\n`, 'TRAILER_MISSING', null],
      [
        'part 2 is not SDP',
        sync('W-P2', 'SYNC-SDP', 'ISYNC,W-SET-5,1,2,6'),
        'PART_KIND_MISMATCH',
        1,
      ],
      [
        'part 1 is not MTR',
        sync('W-P1', 'SYNC-METER', 'ISYNC,W-SET-5,1,1,6'),
        'PART_KIND_MISMATCH',
        1,
      ],
      ['window over', bq('W-W1', '2026-07-02T08:59:59-05:00'), 'BAD_WINDOW', 1],
      ['window far', bq('W-W2', '2026-08-06T11:00:00-05:00'), 'BAD_WINDOW', 1],
      ['both', bq('W-W3', '2026-07-01T00:00:00Z').replace('TRL,1', 'TRL,2'), 'COUNT_MISMATCH', 3],
    ];
    for (const [title, content] of wrong) await hub.drop('MAPLE', `wrong ${title}.csv`, content);
    await hub.drop(
      'MAPLE',
      'MAPLE_USDP-REQ_MP-U-2.csv',
      `HDR,USDP-REQ,1,MAPLE,MAPLE,MP-U-2,${NOW}\nSDP,MP-0105,\nTRL,5\n`,
    );
    // nothing is wrong with these: a BOM and CRLF, and a window just short of 35 days ahead
    await hub.drop('MAPLE', 'right bom.csv', `\ufeff${req('R-1', one).replaceAll('\n', '\r\n')}`);
    await hub.drop('MAPLE', 'right window.csv', bq('R-2', '2026-08-06T08:59:00-05:00', 3));
    await hub.idle();

    const told = refusalsByName(await reportsOf(hub, 'MAPLE', 'IR17'));
    const found = wrong.map(([title, , , line, detail]) => {
      const refusals = told.get(`wrong ${title}.csv`) ?? [];
      return refusals.map((is) => [
        title,
        is.reason,
        line === null ? null : Number(is.line),
        detail === undefined ? undefined : is.detail,
      ]);
    });
    expect(found).toEqual(
      wrong.map(([title, , reason, line, detail]) => [[title, reason, line, detail]]),
    );
    expect([...told.keys()].filter((name) => name.startsWith('right'))).toEqual([]);
    expect(await rowsOf(hub, 'MAPLE', 'IR17', 'MP-U-2')).toEqual([
      'ROW,MP-U-2,3,USDP-REQ,COUNT_MISMATCH,TRL 5 records 1,MAPLE_USDP-REQ_MP-U-2.csv',
    ]);
    const noId = told.get('wrong no file_id.csv')![0]!;
    expect(noId.fileId).toBe(xId(wrong.find(([title]) => title === 'no file_id')![1]));
    const responses = await answers(hub, 'MAPLE', /_USDP-RSP_/);
    expect(responses.filter(({ header }) => header.at(-1) === 'R-1')).toHaveLength(1);
    const ended = await rowsOf(hub, 'MAPLE', 'IR08', 'R-2');
    expect(ended).toHaveLength(3);
    expect(uncounted(await custody(hub))).toEqual([]);
  }, 240_000);

  it('refuses meter files for their own few reasons, and tells their sender alone', async () => {
    const line = (meter: string) =>
      `MEPMD01,19970819,NA1,,MDMR,,202607020855,${meter},OK,E,KWH,1,00000100,1,202607010100,R,1`;
    const files: [string, string, string | Buffer, string, number][] = [
      [
        'NORTHAMI',
        'long.cmep',
        `${line('M-1')}\n${line('M'.repeat(3_000))}\n`,
        'FILE_TOO_LARGE',
        2,
      ],
      ['NORTHAMI', 'coded.cmep', Buffer.from(`${line('M-é')}\n`, 'latin1'), 'BAD_ENCODING', 1],
      ['NORTHAMI', 'other.cmep', '200,NEM1206,KWH\n300,20260701\n', 'HEADER_MISSING', 1],
      ['BILLCO', 'agent.cmep', `${line('M-1')}\n${line('M-2')}\n`, 'NOT_AUTHORIZED', 1],
      ['MAPLE', 'ldc.cmep', `${line('M-3')}\n`, 'NOT_AUTHORIZED', 1],
      ['SOUTHAMI', 'undelegated.cmep', `${line('M-4')}\n`, 'NOT_AUTHORIZED', 1],
    ];
    for (const [org, name, content] of files) await hub.drop(org, name, content);
    await hub.drop('NORTHAMI', 'late header.cmep', `garbage\n${line('M-5')}\n`);
    await hub.idle();
    const counted = await custody(hub);
    for (const [org, name, content, reason, at] of files) {
      const told = refusalsByName(await reportsOf(hub, org, 'IR17')).get(name) ?? [];
      const kind = reason === 'HEADER_MISSING' ? '' : 'CMEP';
      const is = told.map((r) => [r.fileId, r.line, r.kind, r.reason, r.answer.header[4]]);
      expect([name, ...is]).toEqual([name, [xId(content), String(at), kind, reason, '']]);
      const file = byName(counted, name);
      expect(file).toMatchObject({ org, state: 'REFUSED', applied: 0, held: 0, pending: 0 });
      expect(file.rejected).toBe(String(content).split('\n').length - 1);
    }
    // a meter file with a bad first line is one all the same
    const told = await reportsOf(hub, 'NORTHAMI', 'DC07', { ldc: '' });
    expect(
      told.flatMap(({ rows }) => rows).filter((row) => row.includes(',NOT_CMEP,')),
    ).toHaveLength(1);
    for (const org of ['MAPLE', 'OAK']) {
      const names = (await reportsOf(hub, org, 'IR17')).map(({ rows }) => rows[0]!);
      expect(names.filter((row) => /(long|coded|other|agent|undelegated)\.cmep/.test(row))).toEqual(
        [],
      );
    }
  }, 120_000);

  it('keeps a set open when a part of it is refused', async () => {
    const set = setOf('MAPLE', 'ISYNC', 1, {});
    const parts = setFiles(set);
    await dropSet(hub, set, [1]);
    await hub.idle();
    await Promise.all(['MAPLE', 'BILLCO'].map((org) => takeOutbox(hub, org)));
    const changed = (part: number, id: string, edit: (text: string) => string) =>
      edit(parts[part - 1]!.content.replace(`MAPLE-S-1.${part},`, `${id},`));
    const wrong: [string, string, string, string][] = [
      [
        'MAPLE',
        'mode.csv',
        changed(2, 'D-1', (t) => t.replace('ISYNC', 'PSYNC')),
        'SET_HEADER_MISMATCH',
      ],
      [
        'MAPLE',
        'sequence.csv',
        changed(3, 'D-2', (t) => t.replace(',1,3,6', ',2,3,6')),
        'SET_HEADER_MISMATCH',
      ],
      [
        'BILLCO',
        'sender.csv',
        changed(4, 'D-3', (t) => t.replace('MAPLE,MAPLE', 'BILLCO,MAPLE')),
        'SET_HEADER_MISMATCH',
      ],
      ['MAPLE', 'twice.csv', changed(1, 'D-4', (t) => t), 'DUPLICATE_PART'],
      [
        'MAPLE',
        'both.csv',
        changed(1, 'D-5', (t) => t.replace('ISYNC', 'PSYNC')),
        'SET_HEADER_MISMATCH',
      ],
      [
        'MAPLE',
        'id.csv',
        changed(1, 'MAPLE-S-1.1', (t) => t.replace(':00-05', ':01-05')),
        'DUPLICATE_FILE_ID',
      ],
      [
        'MAPLE',
        'kind.csv',
        changed(2, 'D-6', (t) => t.replace('SYNC-METER', 'SYNC-ORG')),
        'PART_KIND_MISMATCH',
      ],
      [
        'MAPLE',
        'count.csv',
        changed(4, 'MAPLE-S-1.4', (t) => t.replace('TRL,0', 'TRL,1')),
        'COUNT_MISMATCH',
      ],
    ];
    for (const [org, name, content] of wrong) await hub.drop(org, name, content);
    // the same bytes of a part already in are a repeat: no answer yet, nothing begins
    await hub.drop('MAPLE', 'same.csv', parts[0]!.content);
    await hub.idle();
    const toLdc = refusalsByName(await answers(hub, 'MAPLE'));
    const toAgent = refusalsByName(await answers(hub, 'BILLCO'));
    expect([...toLdc].map(([name, told]) => [name, ...told.map((r) => r.reason)]).sort()).toEqual(
      wrong.map(([, name, , reason]) => [name, reason]).sort(),
    );
    expect([...toAgent.keys()]).toEqual(['sender.csv']);
    expect(byName(await custody(hub), 'same.csv')).toMatchObject({ state: 'REPEATED', in: 0 });
    const open = await hub.mdmr('sync', 'show', 'MAPLE', 'MAPLE-S-1');
    expect(open).toMatchObject({ state: 'OPEN', mode: 'ISYNC', sequence: 1 });

    // the id freed by the wrong count comes again, corrected, with the rest
    await dropSet(hub, set, [2, 3, 4, 5, 6]);
    await hub.idle();
    const applied = await hub.mdmr('sync', 'show', 'MAPLE', 'MAPLE-S-1');
    expect(applied).toMatchObject({ state: 'APPLIED', next_sequence: 2 });
    const first = await takeOutbox(hub, 'MAPLE');
    await hub.drop(
      'MAPLE',
      'over.csv',
      changed(2, 'D-7', (t) => t),
    );
    await hub.drop('MAPLE', 'part again.csv', parts[1]!.content);
    await hub.idle();
    const again = await takeOutbox(hub, 'MAPLE');
    const refused = answersIn(again).filter(({ header }) => header[1] === 'IR17');
    expect([...refusalsByName(refused)].map(([name, [r]]) => [name, r!.reason])).toEqual([
      ['over.csv', 'SET_HEADER_MISMATCH'],
    ]);
    // answered again with the same files, names and bytes
    const reports = [...first].filter(([name]) => /_(IR06|IR07|IR14)_/.test(name));
    expect(reports).toHaveLength(3);
    expect([...again].filter(([name]) => !name.includes('_IR17_')).sort()).toEqual(reports.sort());
  }, 120_000);

  it('bounds the sets an LDC has open', async () => {
    for (const sequence of [11, 12, 13])
      await dropSet(hub, setOf('MAPLE', 'ISYNC', sequence, {}), [1]);
    await hub.idle();
    const told = await reportsOf(hub, 'MAPLE', 'IR17');
    expect(told.map(({ rows }) => fieldsOf(rows[0]!).slice(1))).toEqual([
      [
        'MAPLE-S-13.1',
        '1',
        'SYNC-SDP',
        'FILE_TOO_LARGE',
        'MDMR_MAX_OPEN_SETS',
        'MAPLE_SYNC-SDP_MAPLE-S-13.1.csv',
      ],
    ]);
  }, 60_000);

  it('frees the id of what it refused, and answers what it consumed again', async () => {
    await takeOutbox(hub, 'MAPLE');
    await takeOutbox(hub, 'BILLCO');
    const records = ['SDP,F-1,1 Elm St', 'SDP,F-2,', 'SDP,F-2,'];
    const good = textOf({ ...draftOf('BC-F-1'), records });
    const bad = good.replace('TRL,3', 'TRL,4');
    await hub.drop('BILLCO', 'bad.csv', bad);
    await hub.drop('BILLCO', 'bad again.csv', bad);
    await hub.drop('BILLCO', 'good.csv', good);
    await hub.drop('OAK', 'same id, other sender.csv', good.replace('BILLCO,MAPLE', 'OAK,OAK'));
    await hub.idle();
    const first = { agent: await takeOutbox(hub, 'BILLCO'), ldc: await takeOutbox(hub, 'MAPLE') };
    const refused = refusalsByName(
      answersIn(first.agent).filter(({ header }) => header[1] === 'IR17'),
    );
    expect([...refused.keys()].sort()).toEqual(['bad again.csv', 'bad.csv']);
    for (const outbox of [first.agent, first.ldc]) {
      const kinds = answersIn(outbox).map(({ header }) => header[1]);
      expect(kinds.sort()).toEqual(['IR17', 'IR17', 'US01', 'USDP-RSP']);
    }
    expect((await answers(hub, 'OAK', /_USDP-RSP_/))[0]!.rows).toHaveLength(1);

    await hub.drop('BILLCO', 'good again.csv', good);
    await hub.drop('BILLCO', 'changed.csv', good.replace('1 Elm', '2 Elm'));
    await hub.idle();
    const second = { agent: await takeOutbox(hub, 'BILLCO'), ldc: await takeOutbox(hub, 'MAPLE') };
    const answersOnly = (outbox: ReadonlyMap<string, string>) =>
      [...outbox].filter(([name]) => !name.includes('_IR17_')).sort();
    expect(answersOnly(second.agent)).toEqual(answersOnly(first.agent));
    expect(answersOnly(second.ldc)).toEqual(answersOnly(first.ldc));
    const changed = answersIn(second.agent).filter(({ header }) => header[1] === 'IR17');
    expect(changed.map(({ rows }) => fieldsOf(rows[0]!)[4])).toEqual(['DUPLICATE_FILE_ID']);
    const files = await custody(hub);
    expect(byName(files, 'good.csv')).toMatchObject({
      state: 'DECIDED',
      in: 3,
      applied: 1,
      rejected: 2,
    });
    expect(byName(files, 'good again.csv')).toMatchObject({ state: 'REPEATED', in: 0, applied: 0 });
    const [name] = answersOnly(first.agent)[0]!;
    expect(await hub.mdmr('files', 'resend', `BILLCO/${name}`)).toBeDefined();
    await hub.idle();
    expect([...(await takeOutbox(hub, 'BILLCO'))]).toEqual([[name, first.agent.get(name)]]);
  }, 120_000);

  it('names every SDP that gets no USDP ID, and why', async () => {
    await takeOutbox(hub, 'MAPLE');
    const holder = 'SDP,HELD-1,';
    await hub.drop('MAPLE', 'holder.csv', req('MP-U-H', [holder]));
    await hub.idle();
    const [held] = (await answers(hub, 'MAPLE', /_USDP-RSP_/))[0]!.rows;
    const heldId = fieldsOf(held!)[2]!;
    const long = 'L'.repeat(64);
    const records = [
      'SDP,US-1,"1 ""Elm"" St, rear"',
      'SDP,,no id',
      'SDP,US 2,',
      `SDP,US-3,${'x'.repeat(201)}`,
      'SDP,US-4,a,b',
      'SDQ,US-5,',
      'SDP,US-6',
      'SDP,US-6,again',
      holder,
      'SDP,us-1,',
      'SDP,US-1 ,',
      `SDP,${long},`,
      `SDP,${long}L,`,
      'SDP,HELD-2,',
      holder,
      `SDP,US-7,${'é'.repeat(200)}`,
    ];
    await hub.drop('MAPLE', 'us01.csv', req('MP-U-9', records));
    await hub.drop('BILLCO', 'no ldc.csv', textOf({ ...draftOf('BC-U-9'), behalf: 'BILLCO' }));
    await hub.idle();
    const response = (await answers(hub, 'MAPLE', /_USDP-RSP_/)).find(
      ({ header }) => header.at(-1) === 'MP-U-9',
    )!;
    const issued = response.rows.map((row) => fieldsOf(row));
    expect(issued.map(([, sdp]) => sdp)).toEqual(['US-1', 'us-1', long, 'HELD-2', 'US-7']);
    for (const [, , usdp, at] of issued) {
      expect(usdp).toMatch(/^[1-9]\d{9}$/);
      expect(at).toMatch(/^2026-07-02T\d\d:\d\d:\d\d-05:00$/);
    }
    expect(new Set([heldId, ...issued.map(([, , usdp]) => usdp)]).size).toBe(6);
    expect(await rowsOf(hub, 'MAPLE', 'US01', 'MP-U-9')).toEqual([
      'ROW,MP-U-9,3,,MANDATORY_FIELD_MISSING,',
      'ROW,MP-U-9,4,US 2,BAD_VALUE,',
      'ROW,MP-U-9,5,US-3,BAD_VALUE,',
      'ROW,MP-U-9,6,US-4,BAD_VALUE,',
      expect.stringMatching(/^ROW,MP-U-9,7,(US-5)?,BAD_VALUE,$/),
      'ROW,MP-U-9,8,US-6,DUPLICATE_SDP_ID,',
      'ROW,MP-U-9,9,US-6,DUPLICATE_SDP_ID,',
      `ROW,MP-U-9,10,HELD-1,DUPLICATE_SDP_ID,${heldId}`,
      'ROW,MP-U-9,12,"US-1 ",BAD_VALUE,',
      `ROW,MP-U-9,14,${long}L,BAD_VALUE,`,
      `ROW,MP-U-9,16,HELD-1,DUPLICATE_SDP_ID,${heldId}`,
    ]);
    // on behalf of an organization that is no LDC: taken, and each line told
    expect(await rowsOf(hub, 'BILLCO', 'US01', 'BC-U-9')).toEqual([
      'ROW,BC-U-9,2,BC-U-9-SDP,WRONG_LDC,',
    ]);
    const none = (await answers(hub, 'BILLCO', /_USDP-RSP_/)).find(
      ({ header }) => header.at(-1) === 'BC-U-9',
    )!;
    expect(none.rows).toEqual([]);
  }, 120_000);

  it('takes files by any name, and nothing that is no file', async () => {
    const inbox = hub.folder('OAK', 'inbox');
    const plain = [
      ' blanks .csv',
      'Reçu d’été.csv'.normalize('NFD'),
      '-rf.csv',
      '$(reboot);`id`.csv',
      `quote'".csv`,
      'comma,"both".csv',
      '=HYPERLINK(1).csv',
      '.hidden',
      'no ending',
      '..%2f..%2fescape.csv',
      '…日本語.csv',
      `${'n'.repeat(240)}.csv`,
    ];
    const bad = (i: number) =>
      textOf({ ...draftOf(`OAK-N-${i}`), sender: 'OAK', behalf: 'OAK', miscount: 1 });
    for (const [i, name] of plain.entries()) await hub.drop('OAK', name, bad(i));
    await writeFile(path.join(inbox, 'two\nlines.csv'), bad(90));
    const raw = Buffer.concat([Buffer.from(`${inbox}/`), Buffer.from([0x62, 0xff, 0xfe, 0x2e])]);
    await writeFile(raw, bad(91));
    await mkdir(path.join(inbox, 'folder.csv'));
    await symlink('/etc/hostname', path.join(inbox, 'link.csv'));
    await writeFile(path.join(inbox, 'growing.part'), bad(92));
    await hub.idle();

    const told = await reportsOf(hub, 'OAK', 'IR17');
    const byFile = new Map(
      told.map(({ rows }) => [fieldsOf(rows[0]!)[1]!, fieldsOf(rows[0]!)[6]!]),
    );
    expect(told).toHaveLength(plain.length + 2);
    plain.forEach((name, i) => expect(byFile.get(`OAK-N-${i}`)).toBe(name.normalize('NFC')));
    expect(byFile.get('OAK-N-90')).toMatch(/^two.lines\.csv$/);
    expect(byFile.get('OAK-N-91')).toMatch(/^b.+\.$/);
    expect((await readdir(inbox)).sort()).toEqual(['folder.csv', 'growing.part', 'link.csv']);
    const archived = await readdir(hub.folder('OAK', 'archive'));
    expect(archived).toHaveLength(plain.length + 3);
    const contents = await Promise.all(
      archived.map((name) => readFile(path.join(hub.folder('OAK', 'archive'), name), 'utf8')),
    );
    for (const i of [...plain.keys(), 90, 91]) expect(contents).toContain(bad(i));
    const exchange = await readdir(path.join(hub.dataDir, 'exchange'));
    expect(exchange.sort()).toEqual(['BILLCO', 'MAPLE', 'NORTHAMI', 'OAK', 'SOUTHAMI']);
    expect(uncounted(await custody(hub))).toEqual([]);
  }, 120_000);
});
