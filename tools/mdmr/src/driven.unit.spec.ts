import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HOUR_MS, formatInstant, parseInstant } from '@mdmr/kernel';
import { FakeHub, idleStatus } from './fake-hub.fixture.js';

const START = parseInstant('2026-07-02T06:00:00-05:00')!;
const CLOCK = { MDMR_CLOCK: formatInstant(START) };

let hub: FakeHub;

afterEach(() => hub.remove());

interface Moved {
  instant: number | null;
  windows_until: number | null;
}

/** A hub with a schedule at 07:10 and a window that ends at the same instant. */
function drivenHub(): { moves: Moved[]; done: string[] } {
  const moves: Moved[] = [];
  const done: string[] = [];
  let clock = START;
  let windowsUntil: number | null = null;
  const due = START + HOUR_MS + 600_000;
  const work = () => {
    if (clock >= due && !done.includes('schedule')) done.push('schedule');
    const windows = Math.min(clock, windowsUntil ?? clock);
    if (windows >= due && !done.includes('window')) done.push('window');
  };
  const status = (service: string) => () => {
    const next = done.length < 2 ? due : null;
    const now = idleStatus(service, { next_due: next, activity: done.length, clock_ms: clock });
    work();
    return now;
  };
  hub = new FakeHub(
    {
      'GET gateway /admin/status': status('gateway'),
      'GET reporting /admin/status': status('reporting'),
      'POST reporting /admin/clock': ({ body }: { body: Moved }) => {
        moves.push(body);
        if (body.instant !== null) clock = Math.max(clock, body.instant);
        windowsUntil = body.windows_until;
        return {};
      },
    },
    CLOCK,
  );
  return { moves, done };
}

describe('a driven clock', () => {
  it('stops where something is due, schedules first, then the windows of that instant', async () => {
    const { moves, done } = drivenHub();
    expect(await hub.run('clock', 'advance', 'PT6H', '--json')).toBe(0);
    const due = START + HOUR_MS + 600_000;
    expect(moves).toEqual([
      { instant: due, windows_until: due - 1 },
      { instant: null, windows_until: null },
      { instant: START + 6 * HOUR_MS, windows_until: null },
    ]);
    expect(done).toEqual(['schedule', 'window']);
    expect(hub.document()).toMatchObject({ stops: ['2026-07-02T07:10:00-05:00'] });
  });

  it('does not stop at what is due after its target', async () => {
    const { moves } = drivenHub();
    expect(await hub.run('clock', 'set', '2026-07-02T07:00:00-05:00')).toBe(0);
    expect(moves).toEqual([{ instant: START + HOUR_MS, windows_until: null }]);
  });

  it('goes forward only', async () => {
    drivenHub();
    expect(await hub.run('clock', 'set', '2026-07-01T00:00:00-05:00')).toBe(1);
    expect(hub.stderr).toContain('only goes forward');
  });

  it.each([
    [{}, 'MDMR_CLOCK is "system"'],
    [{ ...CLOCK, MDMR_ENVIRONMENT: 'PRODUCTION' }, 'PRODUCTION'],
  ])('is refused with %j', async (env, sentence) => {
    hub = new FakeHub({}, env);
    expect(await hub.run('clock', 'advance', 'PT1H')).toBe(1);
    expect(hub.stderr).toContain(sentence);
    expect(hub.asked).toEqual([]);
  });
});

describe('status --wait-idle', () => {
  it('wants two pictures without work and with nothing done between them', async () => {
    const pictures = [
      { work: ['inbox MAPLE/a.csv'], activity: 1 },
      { activity: 2 },
      { activity: 3 },
      { activity: 3 },
    ];
    hub = new FakeHub({
      'GET gateway /admin/status': () => idleStatus('gateway', pictures.shift()),
      'GET reporting /admin/status': idleStatus('reporting'),
    });
    expect(await hub.run('status', '--wait-idle')).toBe(0);
    expect(pictures).toEqual([]);
  });

  it('names the work at its timeout', async () => {
    hub = new FakeHub({
      'GET gateway /admin/status': idleStatus('gateway', { work: ['inbox MAPLE/a.csv'] }),
      'GET reporting /admin/status': idleStatus('reporting'),
    });
    expect(await hub.run('status', '--wait-idle', '--timeout', '1')).toBe(1);
    expect(hub.stderr).toContain('Not idle after 1 s: gateway: inbox MAPLE/a.csv');
  });
});

describe('files send', () => {
  function exchange(): { inbox: string; outbox: string; file: string } {
    const folder = join(hub.dataDir, 'exchange', 'MAPLE');
    const inbox = join(folder, 'inbox');
    const outbox = join(folder, 'outbox');
    for (const dir of [inbox, outbox]) mkdirSync(dir, { recursive: true });
    const file = join(hub.dataDir, 'MAPLE_USDP-REQ_U-1.csv');
    writeFileSync(file, 'HDR\nTRL,0\n');
    return { inbox, outbox, file };
  }

  it('puts the whole file into the inbox', async () => {
    hub = new FakeHub({});
    const { inbox, file } = exchange();
    expect(await hub.run('files', 'send', 'MAPLE', file)).toBe(0);
    expect(readdirSync(inbox)).toEqual(['MAPLE_USDP-REQ_U-1.csv']);
    expect(readFileSync(join(inbox, 'MAPLE_USDP-REQ_U-1.csv'))).toEqual(readFileSync(file));
    expect(await hub.run('files', 'send', 'MAPLE', file)).toBe(1);
    expect(hub.stderr).toContain('not yet taken');
  });

  it('--wait prints what came back, and only that', async () => {
    const paths = { inbox: '', outbox: '' };
    const work = () => {
      const waiting = join(paths.inbox, 'MAPLE_USDP-REQ_U-1.csv');
      if (existsSync(waiting)) {
        renameSync(waiting, join(hub.dataDir, 'archived'));
        writeFileSync(join(paths.outbox, 'MAPLE_US01_MAPLE_F2.csv'), 'new\n');
        writeFileSync(join(paths.outbox, 'again.csv'), 'sent again\n');
      }
      return idleStatus('gateway');
    };
    hub = new FakeHub({
      'GET gateway /admin/status': work,
      'GET reporting /admin/status': idleStatus('reporting'),
      'GET gateway /admin/files/MAPLE%2FMAPLE_USDP-REQ_U-1.csv': { state: 'DECIDED' },
    });
    const { file, ...folders } = exchange();
    Object.assign(paths, folders);
    writeFileSync(join(paths.outbox, 'old.csv'), 'old\n');
    writeFileSync(join(paths.outbox, 'again.csv'), 'sent\n');
    expect(await hub.run('files', 'send', 'MAPLE', file, '--wait', '--json')).toBe(0);
    const { answers, file: record } = hub.document<{ answers: { name: string }[]; file: object }>();
    expect(answers.map(({ name }) => name)).toEqual(['MAPLE_US01_MAPLE_F2.csv', 'again.csv']);
    expect(record).toEqual({ state: 'DECIDED' });
  });

  it('knows no folder of an unregistered organization', async () => {
    hub = new FakeHub({});
    const { file } = exchange();
    expect(await hub.run('files', 'send', 'NOBODY', file)).toBe(1);
    expect(hub.stderr).toContain('register it first');
  });
});
