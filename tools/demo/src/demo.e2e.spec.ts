/**
 * The demonstration on a real hub, its bills held against a second computation that shares no code
 * with the services (src/check).
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDriver } from '@mdmr/acceptance';
import { serviceNames } from '@mdmr/stack';
import { BIRCH, MAPLE } from './cast.js';
import { ownRecords, type OwnBill } from './check/own-bills.js';
import { expectedBills } from './check/own-requests.js';
import { OwnValues } from './check/own-values.js';
import { CLOCK_START } from './dates.js';
import type { DemoDriver } from './driver.js';
import { driverOf } from './hub-driver-adapter.js';
import { kwh } from './page-text.js';
import { runDemo, type DemoResult } from './run-demo.js';

const LIMIT_MS = 1_500_000;
const ORGS = ['BILLCO', 'BIRCH', 'HUBOPS', 'MAPLE', 'NORTHAMI'];

let hub: HubDriver;
let demo: DemoResult;
let bills: OwnBill[];
let values: OwnValues;
const sent: { org: string; name: string; content: Buffer }[] = [];

beforeAll(async () => {
  hub = await HubDriver.start({ clock: CLOCK_START });
  demo = await runDemo(rememberingDriver(hub), () => undefined);
  bills = expectedBills(demo.story);
  values = new OwnValues(demo.story.metering);
}, LIMIT_MS);

afterAll(() => hub?.remove(), 60_000);

function rememberingDriver(of: HubDriver): DemoDriver {
  const driver = driverOf(of);
  const drop: DemoDriver['drop'] = (org, name, content) => {
    sent.push({ org, name, content });
    return driver.drop(org, name, content);
  };
  return { ...driver, drop };
}

/** BQ and HRL records that the answers to a request carry, in the order of the responses. */
async function delivered(recipient: string, requestFileId: string): Promise<string[]> {
  const answers: { no: number; records: string[] }[] = [];
  for (const name of await hub.outbox(recipient, /_BQ-RSP_/)) {
    const [header, ...rest] = await hub.lines(recipient, name);
    const fields = header!.split(',');
    if (fields[7] === requestFileId) {
      answers.push({ no: Number(fields[8]), records: rest.slice(0, -1) });
    }
  }
  return answers.sort((a, b) => a.no - b.no).flatMap(({ records }) => records);
}

async function everything(org: string): Promise<string> {
  const texts: string[] = [];
  for (const name of await hub.outbox(org)) texts.push(name, ...(await hub.lines(org, name)));
  return texts.join('\n');
}

describe('the bills of the demonstration', () => {
  it.each([
    ['BC-Q-1', ['BILLCO', 'MAPLE']],
    ['BC-Q-3', ['BILLCO', 'MAPLE']],
    ['BC-Q-5', ['BILLCO', 'MAPLE']],
    ['BC-Q-6', ['BILLCO', 'MAPLE']],
    ['BI-Q-1', ['BIRCH']],
  ])('%s has every total, bin and hour that the second computation has', async (id, recipients) => {
    const own = bills.filter((bill) => bill.requestFileId === id);
    const records = own.flatMap((bill) => ownRecords(bill, values)).toSorted();
    expect(records.length).toBeGreaterThan(0);
    for (const recipient of recipients) {
      expect((await delivered(recipient, id)).toSorted()).toEqual(records);
    }
  });

  it('are told as changed exactly where the second computation changes', async () => {
    const told = new Set<string>();
    for (const name of await hub.outbox(MAPLE, /_BR03_/)) {
      const [, columns, ...rows] = (await hub.lines(MAPLE, name)).slice(0, -1);
      const names = columns!.split(',');
      for (const row of rows.map((line) => line.split(','))) {
        const of = (column: string) => row[names.indexOf(column)]!;
        told.add([of('usdp_id'), of('old_total'), of('new_total'), of('cause')].join(' '));
      }
    }
    expect([...told].toSorted()).toEqual(ownChanges().toSorted());
  });

  /** Of the October bills, each of which was one segment of KWH. */
  function ownChanges(): string[] {
    const causes: Record<string, string> = {
      'MP-0009': 'DIRECTORY_CHANGED',
      'MP-0010': 'DIRECTORY_CHANGED',
      'MP-0011': 'LATE_DATA',
      'MP-0013': 'LATE_DATA',
    };
    const totalOf = (bill: OwnBill, known: OwnBill['known']) =>
      ownRecords({ ...bill, known }, values)[0]!.split(',')[9]!;
    return bills
      .filter(({ requestFileId }) => requestFileId === 'BC-Q-3')
      .map((bill) => {
        const totals = [totalOf(bill, 'FIRST'), totalOf(bill, 'CORRECTED')];
        return [bill.usdpId, ...totals, causes[bill.point.sdpId]!].join(' ');
      });
  }
});

describe('the page of the demonstration', () => {
  it('counts what was really sent', () => {
    const cmep = sent.filter(({ name }) => name.endsWith('.cmep'));
    const triples = cmep.reduce((sum, { content }) => sum + statedValues(content), 0);
    const row = demo.page.split('\n').find((line) => line.trim().startsWith('CMEP'))!;
    const cells = row.replaceAll(',', '').trim().split(/\s+/);
    expect(cells.slice(1, 3).map(Number)).toEqual([cmep.length, triples]);
    const [, , taken, applied, held, rejected, pending] = cells.map(Number);
    expect(taken).toBe(applied! + held! + rejected! + pending!);
    // the strangers' 72 values; the line of the wrong count and the one ahead of its time
    expect([held, rejected, pending]).toEqual([72, 25, 0]);
  });

  it('adds up the newest bills as the second computation does', () => {
    // later requests come later in the list
    const newest = new Map(bills.map((bill) => [keyOf(bill), bill]));
    const section = demo.page.slice(demo.page.indexOf('WHAT WAS BILLED'));
    for (const [ldc, framing, calendar] of [
      [MAPLE, 'TOU', 'ON-TOU'],
      [MAPLE, 'HOURLY', ''],
      [MAPLE, 'PERIODIC', 'ON-TIERED'],
      [BIRCH, 'TOU', 'ON-TOU'],
    ] as const) {
      const total = [...newest.values()]
        .filter((bill) => bill.point.ldc === ldc)
        .flatMap((bill) => ownRecords(bill, values).map((record) => record.split(',')))
        .filter((r) => r[0] === 'BQ' && r[6] === framing && r[7] === calendar && r[8] === 'KWH')
        .reduce((sum, r) => sum + Math.round(Number(r[9]) * 1000), 0);
      const pattern = new RegExp(
        `${ldc} +${framing} +${calendar || 'none'} +KWH .* ${kwh(total)} `,
      );
      expect(section).toMatch(pattern);
    }
  });

  const keyOf = ({ usdpId, segments }: OwnBill) =>
    [usdpId, segments[0]!.start, segments.at(-1)!.end].join(' ');

  it('tells what was refused', () => {
    const section = demo.page.slice(demo.page.indexOf('WHAT WAS REFUSED'));
    const rows = section
      .slice(0, section.indexOf('WHAT CHANGED'))
      .split('\n')
      .map((line) => line.trim().split(/\s+/).slice(0, 3).join(' '));
    expect(rows).toEqual(
      expect.arrayContaining([
        'US01 DUPLICATE_SDP_ID 3',
        'IR17 COUNT_MISMATCH 1',
        'IR17 NOT_AUTHORIZED 1',
        'IR10 PSYNC_GUARD 1',
        'IR10 DISCARDED 1',
        'IR10 INCOMPLETE 1',
        'IR07 BAD_POSTAL_CODE 1',
        'IR07 UNKNOWN_RATE_CLASS 1',
        'IR14 METER_ALREADY_INSTALLED 1',
        'DC07 COUNT_MISMATCH 24',
        'DC07 FUTURE_READ 1',
        'IR08 UNKNOWN_USDP 1',
      ]),
    );
  });

  it('walks one hour back to the line that brought it', () => {
    const section = demo.page.slice(demo.page.indexOf('BACK TO ITS LINE'));
    const [, line, name] = /line (\d+) of (\S+\.cmep)/.exec(section)!;
    const [, value] = /value ([\d.]+),/.exec(section)!;
    const file = sent.find((one) => one.name === name)!;
    const text = file.content.toString('utf8').split('\n')[Number(line) - 1]!;
    expect(text.split(',')).toContain(value);
  });
});

/** Field 14 of every line that is a line, as custody counts. */
function statedValues(content: Buffer): number {
  const lines = content.toString('utf8').trimEnd().split('\n');
  return lines.reduce((sum, line) => sum + Number(line.split(',')[13]), 0);
}

describe('afterwards', () => {
  it('nobody has anything of another', async () => {
    const ids = demo.story.usdpIds();
    const idsOf = (prefix: string) => [...ids].filter(([sdp]) => sdp.startsWith(prefix));
    const texts = new Map<string, string>();
    for (const org of ORGS) texts.set(org, await everything(org));
    for (const [sdpId, usdpId] of idsOf('BI-')) {
      expect(texts.get(MAPLE)).not.toContain(usdpId);
      expect(texts.get(MAPLE)).not.toContain(`${sdpId}`);
      expect(texts.get('BILLCO')).not.toContain(usdpId);
    }
    for (const [, usdpId] of idsOf('MP-')) expect(texts.get(BIRCH)).not.toContain(usdpId);
    expect(texts.get(MAPLE)).not.toMatch(/BI-M-|BIRCH|BI-A-/);
    expect(texts.get(BIRCH)).not.toMatch(/MP-M-|MAPLE|MP-A-/);
  });

  it.each(serviceNames())(
    '%s is rebuilt from its topics as it is',
    async (service) => {
      const said = await hub.say('rebuild', service, '--check');
      expect({ code: said.code, said: said.code === 0 ? '' : said.json }).toEqual({
        code: 0,
        said: '',
      });
    },
    300_000,
  );
});
