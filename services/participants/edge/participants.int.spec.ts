import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatEstDay, dayOfInstant, systemClock } from '@mdmr/kernel';
import type { RunningService } from '@mdmr/service';
import { testHub } from '@mdmr/testing';
import type { TestHub } from '@mdmr/testing';
import { participantsService } from '../participants.module.js';

let hub: TestHub;
let service: RunningService;

beforeAll(async () => {
  hub = await testHub();
  service = await hub.start(participantsService);
}, 60_000);
afterAll(() => hub.close());

interface Answer {
  readonly delegations: object[];
  readonly amccs: object[];
  readonly params: object[];
}

/** Status and body of a request to the admin door. */
async function call(method: string, path: string, body?: object): Promise<[number, Answer]> {
  const response = await fetch(`${service.url}/admin/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${hub.operatorKey}`,
      'content-type': 'application/json',
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return [response.status, (await response.json()) as Answer];
}

const org = (org_id: string, ...roles: string[]) => ({
  org_id,
  name: `${org_id} Inc.`,
  roles,
  door: 'drop',
});
const today = () => formatEstDay(dayOfInstant(systemClock().now()));

describe('the participants service', () => {
  it('registers organizations once, and again when their facts change', async () => {
    const maple = org('MAPLE', 'LDC');
    expect(await call('POST', 'orgs', maple)).toEqual([200, { org_id: 'MAPLE', changed: true }]);
    expect(await call('POST', 'orgs', maple)).toEqual([200, { org_id: 'MAPLE', changed: false }]);
    await call('POST', 'orgs', org('NORTHAMI', 'AMI_OPERATOR'));
    await call('POST', 'orgs', { ...org('BILLCO', 'BILLING_AGENT'), name: 'First' });
    const renamed = await call('POST', 'orgs', org('BILLCO', 'BILLING_AGENT'));
    expect(renamed).toEqual([200, { org_id: 'BILLCO', changed: true }]);
    expect(await call('GET', 'orgs')).toEqual([
      200,
      { orgs: [org('BILLCO', 'BILLING_AGENT'), maple, org('NORTHAMI', 'AMI_OPERATOR')] },
    ]);
  });

  it('tells refusals with their code and a sentence', async () => {
    expect(await call('POST', 'orgs', org('..', 'LDC'))).toEqual([
      422,
      expect.objectContaining({ code: 'BAD_ORG_ID', detail: expect.any(String) }),
    ]);
    expect(await call('GET', 'orgs/OAK')).toEqual([
      404,
      expect.objectContaining({ code: 'UNKNOWN_ORG' }),
    ]);
    const [status] = await call('POST', 'orgs', { org_id: 7 });
    expect(status).toBe(400);
  });

  it('grants and revokes delegations with their dates', async () => {
    const grant = { ldc: 'MAPLE', agent: 'BILLCO', function: 'BILLING', from: null, to: null };
    expect(await call('POST', 'delegations', grant)).toMatchObject([200, { changed: true }]);
    expect(await call('POST', 'delegations', grant)).toMatchObject([200, { changed: false }]);
    const dated = { ...grant, function: 'READS', from: '2030-01-01', to: '2030-02-01' };
    await call('POST', 'delegations', dated);
    const [, shown] = await call('GET', 'orgs/BILLCO');
    expect(shown.delegations).toEqual([
      { ...grant, from: today(), revoked_at: null },
      { ...dated, revoked_at: null },
    ]);
    const revoked = await call('POST', 'delegations/revoke', { ldc: 'MAPLE', agent: 'BILLCO' });
    expect(revoked).toMatchObject([200, { changed: true }]);
    const [, after] = await call('GET', 'orgs/MAPLE');
    expect(after.delegations).toMatchObject([
      { function: 'BILLING', revoked_at: expect.any(String) },
      { function: 'READS', revoked_at: expect.any(String) },
    ]);
    const again = await call('POST', 'delegations/revoke', { ldc: 'MAPLE', agent: 'BILLCO' });
    expect(again).toMatchObject([422, { code: 'NOT_DELEGATED' }]);
    const bad = await call('POST', 'delegations', { ...grant, from: '2030-02-30' });
    expect(bad).toMatchObject([422, { code: 'BAD_DAY' }]);
  });

  it('registers head-ends', async () => {
    const headEnd = {
      amcc_id: 'NA1',
      org: 'NORTHAMI',
      ldcs: ['MAPLE'],
      format: 'CMEP',
      stamps: 'EST',
      key: 'METER',
      multiplied: false,
    };
    expect(await call('POST', 'amccs', headEnd)).toEqual([200, { amcc_id: 'NA1', changed: true }]);
    expect(await call('POST', 'amccs', headEnd)).toEqual([200, { amcc_id: 'NA1', changed: false }]);
    const [, maple] = await call('GET', 'orgs/MAPLE');
    expect(maple.amccs).toEqual([headEnd]);
  });

  it('sets settings of an LDC from a day on and shows them with their defaults', async () => {
    const set = { ldc: 'MAPLE', name: 'bq-split', value: 'NONE', from: '2026-08-01' };
    expect(await call('POST', 'params', set)).toMatchObject([200, { changed: true }]);
    expect(await call('POST', 'params', set)).toMatchObject([200, { changed: false }]);
    const [, shown] = await call('GET', 'params/MAPLE');
    expect(shown.params.slice(0, 3)).toEqual([
      { name: 'bq-split', value: 'PRICE_DATES', from: null },
      { name: 'bq-split', value: 'NONE', from: '2026-08-01' },
      { name: 'default-vee.RESIDENTIAL', value: '', from: null },
    ]);
    expect(await call('POST', 'params', { ...set, value: 'x' })).toMatchObject([
      422,
      { code: 'BAD_SETTING' },
    ]);
  });

  it('loads a list of rate classes from the text of its file', async () => {
    const content = [
      'HDR,CODES,1,MDMR,MAPLE,C-1,2026-07-02T10:00:00-05:00',
      'COD,rate-class,R1,"Residential, small"',
      'TRL,1',
      '',
    ].join('\r\n');
    const command = { kind: 'rate-class', ldc: 'MAPLE', content };
    expect(await call('POST', 'codes', command)).toMatchObject([200, { codes: 1, changed: true }]);
    expect(await call('POST', 'codes', command)).toMatchObject([200, { changed: false }]);
    const broken = await call('POST', 'codes', { ...command, content: 'HDR,"a"b' });
    expect(broken).toMatchObject([422, { code: 'BAD_CODES_FILE' }]);
  });

  it('knows the operator key by its digest', async () => {
    const { rows } = await service.tools.db.query('select key_id, sha256 from operator_key');
    expect(rows).toEqual([
      { key_id: expect.stringMatching(/^[0-9a-f]{8}$/), sha256: expect.any(String) },
    ]);
    expect(JSON.stringify(rows)).not.toContain(hub.operatorKey);
  });

  it('is rebuilt from its topic without a difference', async () => {
    const tables = await service.tools.bus.rebuild(true);
    expect(tables.filter((table) => !table.equal)).toEqual([]);
    expect(tables.map((table) => table.table)).toContain('rate_class_list');
  });
});
