import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { FakeHub, idleStatus, type Asked } from './fake-hub.fixture.js';
import { buildProgram, type Host } from './program.js';

/** operating.md 1, phase 1. */
const COMMANDS = [
  'start',
  'stop',
  'status',
  'org add',
  'org delegate',
  'org revoke',
  'org list',
  'org show',
  'amcc add',
  'vee-service add',
  'calendar load',
  'codes load rate-class',
  'param set',
  'param show',
  'clock advance',
  'clock set',
  'files list',
  'files show',
  'files send',
  'files resend',
  'schedule run',
  'reports list',
  'reports get',
  'sync show',
  'sync release',
  'sync discard',
  'hold discard',
  'vee accept',
  'trace bq',
  'trace interval',
  'rebuild',
  'quarantine list',
  'quarantine show',
  'quarantine replay',
  'quarantine discard',
  'simulate',
];

const silent: Host = { stdout: () => undefined, stderr: () => undefined, cli: () => never() };

function never(): never {
  throw new Error('not asked for');
}

function leaves(command: Command, path: string[] = []): { path: string; command: Command }[] {
  if (command.commands.length === 0) return [{ path: path.join(' '), command }];
  return command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
}

async function ask(...argv: string[]): Promise<{ code: number; hub: FakeHub }> {
  const hub = new FakeHub({});
  const code = await hub.run(...argv);
  hub.remove();
  return { code, hub };
}

describe('the command', () => {
  const all = leaves(buildProgram(silent, async () => undefined));

  it('has every command of phase 1 and no other', () => {
    expect(all.map(({ path }) => path).toSorted()).toEqual(COMMANDS.toSorted());
  });

  it.each(COMMANDS)('%s has --help and --json', async (path) => {
    const { code, hub } = await ask(...path.split(' '), '--help');
    expect(code).toBe(0);
    expect(hub.stdout).toContain(`Usage: mdmr ${path}`);
    expect(hub.stdout).toContain('--json');
  });

  it.each([
    [[]],
    [['org']],
    [['nonsense']],
    [['org', 'add', 'MAPLE']],
    [['org', 'add', 'MAPLE', '--name', 'M', '--role', 'KING']],
    [['org', 'add', 'MAPLE', '--name', 'M', '--role', 'LDC', '--door', 'as2']],
    [['org', 'delegate', 'MAPLE', 'BILLCO', '--function', 'EDIT']],
    [['org', 'delegate', 'MAPLE', 'BILLCO', '--function', 'READS', '--from', '2026-02-30']],
    [['amcc', 'add', 'NA1', '--org', 'NORTHAMI', '--ldc', 'MAPLE', '--format', 'NEM12']],
    [['vee-service', 'add', 'X', '--rules', 'STANDARD', '--set', 'nonsense']],
    [['status', '--wait-idle', '--timeout', 'soon']],
    [['clock', 'advance', '6h']],
    [['clock', 'set', 'noon']],
    [['schedule', 'run', 'weekly', '--day', '2026-07-01']],
    [['schedule', 'run', 'final']],
    [['vee', 'accept', '4071829533', 'x', 'y', '--rule', 'R-021', '--user', 'u', '--reason', 'r']],
    [['trace', 'interval', '4071829533', 'yesterday']],
    [['rebuild', 'kitchen']],
    [['simulate', '--out', '/tmp/never']],
  ])('refuses wrong usage with 2: %j', async (argv) => {
    const { code, hub } = await ask(...argv);
    expect(code).toBe(2);
    expect(hub.stdout).toBe('');
    expect(hub.stderr).not.toBe('');
    expect(hub.asked).toEqual([]);
  });

  it('says in one sentence what was refused, with 1', async () => {
    const { code, hub } = await ask('org', 'list');
    expect(code).toBe(1);
    expect(hub.stdout).toBe('');
    expect(hub.stderr).toBe('GET participants /admin/orgs is not there.\n');
  });

  it('gives one document also for what was refused', async () => {
    const { code, hub } = await ask('org', 'list', '--json');
    expect(code).toBe(1);
    expect(hub.document()).toEqual({
      error: { code: 'NOT_FOUND', detail: 'GET participants /admin/orgs is not there.' },
    });
  });
});

const CALLS: [string, Asked][] = [
  [
    'org delegate MAPLE BILLCO --function BILLING --from 2026-07-01',
    {
      call: 'POST participants /admin/delegations',
      body: { ldc: 'MAPLE', agent: 'BILLCO', function: 'BILLING', from: '2026-07-01', to: null },
    },
  ],
  [
    'org revoke MAPLE BILLCO',
    {
      call: 'POST participants /admin/delegations/revoke',
      body: { ldc: 'MAPLE', agent: 'BILLCO', function: null },
    },
  ],
  ['org show MAPLE', { call: 'GET participants /admin/orgs/MAPLE' }],
  [
    'amcc add NA1 --org NORTHAMI --ldc MAPLE --ldc OAK --format CMEP --stamps UTC --multiplied',
    {
      call: 'POST participants /admin/amccs',
      body: {
        amcc_id: 'NA1',
        org: 'NORTHAMI',
        ldcs: ['MAPLE', 'OAK'],
        format: 'CMEP',
        stamps: 'UTC',
        key: 'METER',
        multiplied: true,
      },
    },
  ],
  [
    'vee-service add NEW --rules STANDARD --set r-031.kw=50 --set mean10.days=40',
    {
      call: 'POST vee /admin/vee-services',
      body: {
        id: 'NEW',
        rules: 'STANDARD',
        ladder: null,
        strict: false,
        profile: null,
        set: { 'r-031.kw': '50', 'mean10.days': '40' },
        from: null,
      },
    },
  ],
  [
    'param set --ldc MAPLE bq-split NONE',
    {
      call: 'POST participants /admin/params',
      body: { ldc: 'MAPLE', name: 'bq-split', value: 'NONE', from: null },
    },
  ],
  ['files show MAPLE/a.csv', { call: 'GET gateway /admin/files/MAPLE%2Fa.csv' }],
  [
    'files resend MAPLE/F1',
    { call: 'POST gateway /admin/files/resend', body: { file: 'MAPLE/F1' } },
  ],
  ['sync show MAPLE S:1', { call: 'GET mmd /admin/sets/MAPLE/S%3A1' }],
  ['sync release MAPLE S-1', { call: 'POST mmd /admin/sets/MAPLE/S-1/release' }],
  ['sync discard MAPLE S-1', { call: 'POST mmd /admin/sets/MAPLE/S-1/discard' }],
  [
    'hold discard NA1 --before 2026-07-01',
    {
      call: 'POST reads /admin/holds/discard',
      body: { amcc: 'NA1', meter: null, before: '2026-07-01' },
    },
  ],
  [
    'vee accept 4071829533 2026-07-01 2026-07-02T00:00:00-05:00 --rule R-023 --user u --reason r',
    {
      call: 'POST vee /admin/accept',
      body: {
        usdp_id: '4071829533',
        start: '2026-07-01',
        end: '2026-07-02T00:00:00-05:00',
        rule: 'R-023',
        user: 'u',
        reason: 'r',
      },
    },
  ],
  [
    'trace bq 1-20260701-20260702 --revision 2',
    { call: 'GET billing /admin/trace/bq/1-20260701-20260702', query: { revision: '2' } },
  ],
];

describe('a command', () => {
  it.each(CALLS)('%s', async (line, asked) => {
    const hub = new FakeHub({ [asked.call]: {} });
    expect(await hub.run(...line.split(' '), '--json')).toBe(0);
    expect(hub.asked).toEqual([asked]);
    expect(hub.document()).toEqual({});
    hub.remove();
  });

  it('org add returns when the organization may exchange', async () => {
    const add = 'POST participants /admin/orgs';
    const folder = 'GET gateway /admin/exchange/MAPLE';
    const hub = new FakeHub({ [add]: { changed: true }, [folder]: { ready: true } });
    const argv = ['org', 'add', 'MAPLE', '--name', 'Maple', '--role', 'LDC', '--role', 'SME'];
    expect(await hub.run(...argv, '--json')).toBe(0);
    const body = { org_id: 'MAPLE', name: 'Maple', roles: ['LDC', 'SME'], door: 'drop' };
    expect(hub.asked).toEqual([{ call: add, body }, { call: folder }]);
    expect(hub.document()).toEqual({ changed: true });
    hub.remove();
  });

  it('files list asks for an organization and a state', async () => {
    const call = 'GET gateway /admin/files';
    const hub = new FakeHub({ [call]: { files: [] } });
    expect(await hub.run('files', 'list', '--org', 'MAPLE', '--state', 'OPEN')).toBe(0);
    expect(hub.asked).toEqual([{ call, query: { org: 'MAPLE', state: 'OPEN' } }]);
    expect(hub.stdout).toBe('no files\n');
    hub.remove();
  });

  it('rebuild that differs ends with 1', async () => {
    const tables = [{ table: 'sdp', live_rows: 3, rebuilt_rows: 2, equal: false }];
    const hub = new FakeHub({ 'POST usdp /admin/rebuild': { equal: false, tables } });
    expect(await hub.run('rebuild', 'usdp', '--check')).toBe(1);
    expect(hub.stdout).toContain('DIFFERENT');
    hub.remove();
  });

  it('schedule run waits for its run', async () => {
    const states = ['RUNNING', 'DONE'];
    const hub = new FakeHub({
      'POST reporting /admin/runs': { run_id: 'FINAL-2026-07-01' },
      'GET reporting /admin/runs/FINAL-2026-07-01': () => ({ state: states.shift() }),
    });
    expect(await hub.run('schedule', 'run', 'final', '--day', '2026-07-01', '--json')).toBe(0);
    expect(hub.document()).toEqual({ run_ids: ['FINAL-2026-07-01'], state: 'DONE' });
    expect(hub.asked[0]!.body).toEqual({ schedule: 'FINAL', day: '2026-07-01', org: null });
    hub.remove();
  });

  it('reports get prints the file as delivered, or as a document', async () => {
    const content = 'HDR,US01,1,MDMR,MAPLE,F1,g,MAPLE,U-1,a,b,c\nCOL,x,y\nROW,"1,2",z\nTRL,2\n';
    const reply = { name: 'f.csv', content };
    const hub = new FakeHub({ 'GET reporting /admin/reports/US01': reply });
    expect(await hub.run('reports', 'get', 'US01')).toBe(0);
    expect(hub.stdout).toBe(content);
    expect(await hub.run('reports', 'get', 'US01', '--json')).toBe(0);
    expect(hub.document()).toMatchObject({ columns: ['x', 'y'], rows: [['1,2', 'z']] });
    hub.remove();
  });

  it('trace interval joins what reads and vee know', async () => {
    const path = '/admin/trace/interval/4071829533/2026-07-01';
    const hub = new FakeHub({ [`GET reads ${path}`]: { meter: 'M' } });
    expect(await hub.run('trace', 'interval', '4071829533', '2026-07-01', '--json')).toBe(0);
    expect(hub.document()).toMatchObject({ reads: { meter: 'M' }, vee: null });
    hub.remove();
  });

  it('status says when nothing answers', async () => {
    const { code, hub } = await ask('status');
    expect(code).toBe(1);
    expect(hub.stderr).toContain('The hub does not run');
  });

  it('status puts all services into one picture', async () => {
    const hub = new FakeHub({
      'GET gateway /admin/status': idleStatus('gateway', { lag: { deliver: 3 }, relay_backlog: 1 }),
      'GET reporting /admin/status': idleStatus('reporting', { details: { held_values: 4 } }),
    });
    expect(await hub.run('status', '--json')).toBe(0);
    expect(hub.document()).toEqual({
      services: [
        { service: 'gateway', ready: true, relay_backlog: 1, lag: { deliver: 3 } },
        { service: 'reporting', ready: true, relay_backlog: 0, lag: {} },
      ],
      open_sets: [],
      parked: [],
      held_values: 4,
      work: ['gateway: 1 events to relay', 'gateway: deliver is 3 behind'],
      clock: '2026-07-02T08:00:00-05:00',
    });
    hub.remove();
  });
});
