import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emit } from '@mdmr/bus';
import type { InEvent } from '@mdmr/bus';
import type { EventType, EventValue } from '@mdmr/events';
import { isUsdpId, parseInstant } from '@mdmr/kernel';
import type { RunningService } from '@mdmr/service';
import { feeder, testHub, until } from '@mdmr/testing';
import type { Feeder, TestHub } from '@mdmr/testing';
import { usdpService } from '../usdp.module.js';

const EXAMPLE = [
  'HDR,USDP-REQ,1,MAPLE,MAPLE,MP-U-1,2026-04-29T09:00:00-05:00',
  'SDP,MP-0101,12 Elm St',
  'SDP,MP-0102,"14 Elm St, rear"',
  'SDP,MP-0103,',
  'SDP,MP-0104,',
  'SDP,MP-0104,',
  'TRL,5',
];

let hub: TestHub;
let service: RunningService;
let gateway: Feeder;
const seen: InEvent[] = [];

beforeAll(async () => {
  hub = await testHub();
  service = await hub.start(usdpService);
  gateway = await feeder(hub);
  // A service that only listens: what it sees is what is on the topics.
  await hub.start({
    name: 'reporting',
    migrations: [],
    projections: () => [
      {
        name: 'spy',
        topics: ['mdmr.usdp.issuances.v1', 'mdmr.usdp.outbound-files.v1'],
        apply: async (_, events) => void seen.push(...events),
      },
    ],
  });
}, 60_000);
afterAll(async () => {
  await gateway.close();
  await hub.close();
});

function seenOf<T extends EventType>(type: T, custodyId: string): EventValue<T>[] {
  const values = seen.flatMap((event) => (event.type === type ? [event.value] : []));
  return values.filter((value) => JSON.stringify(value).includes(`"${custodyId}"`)) as never;
}

/** Puts a file into custody, as the gateway does. */
async function receive(
  custodyId: string,
  lines: string[],
  facts: Partial<EventValue<'gateway.FileReceived'>> = {},
): Promise<void> {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const stored = await service.tools.files.put(bytes);
  const header = lines[0]!.split(',');
  const [, kind, , sender, ldc, file_id] = header as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const received: EventValue<'gateway.FileReceived'> = {
    at_ms: parseInstant('2026-04-29T09:00:02-05:00')!,
    custody_id: custodyId,
    custody_seq: 1,
    org: sender,
    door: 'drop',
    name: `${custodyId}.csv`,
    ...stored,
    kind,
    unit: 'RECORD',
    sender_org: sender,
    ldc,
    ldc_has_role: true,
    file_id,
    created_at_ms: null,
    header,
    records: lines.length - 2,
    segments: null,
    ...facts,
  };
  await gateway.send(emit('gateway.FileReceived', sender, received));
}

/** Its answers, once `count` of them are there: recipient and lines. */
async function answers(custodyId: string, count: number) {
  const composed = await until(`${count} answers to ${custodyId}`, async () => {
    const found = seenOf('usdp.FileComposed', custodyId);
    return found.length >= count && found;
  });
  return Promise.all(
    composed.map(async (file) => {
      const text = (await service.tools.files.readAll(file.sha256)).toString();
      return { file, lines: text.split('\n') };
    }),
  );
}

describe('the usdp service', () => {
  it('answers the example of the exchange files page', async () => {
    await receive('C1', EXAMPLE);
    const [answer] = await answers('C1', 1);
    const { file, lines } = answer!;
    const ids = lines.slice(1, 4).map((line) => line.split(',')[2]!);
    const assigned = lines[1]!.split(',')[3]!;
    expect(ids.filter(isUsdpId)).toHaveLength(3);
    expect(lines).toEqual([
      expect.stringMatching(/^HDR,USDP-RSP,1,MDMR,MAPLE,F[0-9a-f]{16},[-0-9T:]{19}-05:00,MP-U-1$/),
      `SDP,MP-0101,${ids[0]},${assigned}`,
      `SDP,MP-0102,${ids[1]},${assigned}`,
      `SDP,MP-0103,${ids[2]},${assigned}`,
      'TRL,3',
      '',
    ]);
    expect(file).toMatchObject({
      recipient: 'MAPLE',
      ldc: 'MAPLE',
      kind: 'USDP-RSP',
      name: `MAPLE_USDP-RSP_MAPLE_${file.file_id}.csv`,
      in_reply_to: ['C1'],
      run_id: 'MP-U-1',
    });
    expect(seenOf('usdp.UsdpRequestDecided', 'C1')).toEqual([
      expect.objectContaining({
        custody_at_ms: parseInstant('2026-04-29T09:00:02-05:00'),
        chunk: 0,
        last: true,
        rejected: [5, 6].map((line) => ({
          line,
          sdp_id: 'MP-0104',
          reason: 'DUPLICATE_SDP_ID',
          existing_usdp_id: null,
        })),
      }),
    ]);
  });

  it('keeps addresses in the identity compartment only', async () => {
    const { rows } = await service.tools.db.query(
      `select service_address from address_identity join sdp using (usdp_id)
       where custody_id = 'C1' order by line`,
    );
    expect(rows.map((row) => row['service_address'])).toEqual(['12 Elm St', '14 Elm St, rear']);
    expect(JSON.stringify(seen)).not.toContain('Elm');
  });

  it('names the id held already, and knows SDPs by their LDC', async () => {
    const header = EXAMPLE[0]!.replace('MP-U-1', 'MP-U-2');
    await receive('C2', [header, 'SDP,MP-0101', 'TRL,1']);
    await receive('C3', [header.replaceAll('MAPLE', 'OAK'), 'SDP,MP-0101', 'TRL,1']);
    const [[maple], [oak]] = [await answers('C2', 1), await answers('C3', 1)];
    expect(maple!.lines.slice(1)).toEqual(['TRL,0', '']);
    expect(oak!.lines[1]).toMatch(/^SDP,MP-0101,/);
    const [first] = seenOf('usdp.UsdpRequestDecided', 'C1');
    const [second] = seenOf('usdp.UsdpRequestDecided', 'C2');
    expect(second?.rejected[0]?.existing_usdp_id).toBe(first?.issued[0]?.usdp_id);
  });

  it('answers agent and LDC with a file each', async () => {
    const header = EXAMPLE[0]!.replace('MAPLE,MAPLE,MP-U-1', 'AGENT,MAPLE,A-1');
    await receive('C4', [header, 'SDP,MP-0201', 'TRL,1']);
    const both = await answers('C4', 2);
    expect(both.map(({ file }) => file.recipient)).toEqual(['AGENT', 'MAPLE']);
    expect(new Set(both.map(({ file }) => file.file_id)).size).toBe(2);
    expect(both[0]!.lines.slice(1)).toEqual(both[1]!.lines.slice(1));
  });

  it('refuses every line for an organization that is no LDC', async () => {
    const header = EXAMPLE[0]!.replaceAll('MAPLE', 'AGENT').replace('MP-U-1', 'A-2');
    await receive('C5', [header, 'SDP,X-1', 'TRL,1'], { ldc_has_role: false });
    const [answer] = await answers('C5', 1);
    expect(answer!.lines.slice(1)).toEqual(['TRL,0', '']);
    const [decided] = seenOf('usdp.UsdpRequestDecided', 'C5');
    expect(decided?.rejected).toMatchObject([{ line: 2, reason: 'WRONG_LDC' }]);
  });

  it('decides a long file in chunks, finds repeats across them, survives a restart', async () => {
    const records = Array.from({ length: 2500 }, (_, i) => `SDP,L-${i % 2499}`);
    const header = EXAMPLE[0]!.replace('MP-U-1', 'MP-U-6');
    await receive('C6', [header, ...records, 'TRL,2500']);
    await service.stop();
    service = await hub.start(usdpService);
    const [answer] = await answers('C6', 1);
    expect(answer!.lines.at(-2)).toBe('TRL,2498');
    const chunks = seenOf('usdp.UsdpRequestDecided', 'C6');
    expect(chunks.map(({ chunk, last }) => [chunk, last])).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
    expect(chunks.flatMap((c) => c.rejected.map((r) => r.line))).toEqual([2, 2501]);
    const lines = answer!.lines.slice(1, -2).map((line) => line.split(',')[1]);
    expect(lines).toEqual(records.slice(1, 2499).map((record) => record.slice(4)));
  });

  it('answers a request without records', async () => {
    await receive('C7', [EXAMPLE[0]!.replace('MP-U-1', 'MP-U-7'), 'TRL,0']);
    const [answer] = await answers('C7', 1);
    expect(answer!.lines.slice(1)).toEqual(['TRL,0', '']);
    expect(seenOf('usdp.UsdpRequestDecided', 'C7')).toMatchObject([{ chunk: 0, last: true }]);
  });

  it('is rebuilt from its topics without a difference', async () => {
    const tables = await service.tools.bus.rebuild(true);
    expect(tables.filter((table) => !table.equal)).toEqual([]);
    expect(tables.map((table) => table.table)).toEqual(
      expect.arrayContaining(['address_identity', 'sdp']),
    );
  });
});
