/** For specs: mmd on a hub of its own, its neighbours played by a feeder, its topics listened to. */
import path from 'node:path';
import { emit } from '@mdmr/bus';
import type { InEvent, OutEvent } from '@mdmr/bus';
import type { EventType, EventValue } from '@mdmr/events';
import { advanceClockState, parseEstDay, parseInstant, readClockState } from '@mdmr/kernel';
import { systemNowMs, writeClockState } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import type { RunningService } from '@mdmr/service';
import { feeder, testHub, until } from '@mdmr/testing';
import type { Feeder, TestHub } from '@mdmr/testing';
import { mmdService } from '../mmd.module.js';

export const U1 = '4071829533';
export const U2 = '2684517307';
export const U3 = '9153064828';

const KINDS = ['SDP', 'METER', 'INSTALL', 'ACCOUNT', 'ORG', 'SERVICE'];
const TOPICS = [
  'mdmr.mmd.directory.v1',
  'mdmr.mmd.directory-identities.v1',
  'mdmr.mmd.sync-outcome-identities.v1',
];

export function at(text: string): Instant {
  return parseInstant(`${text}:00-05:00`)!;
}

export interface SetFile {
  readonly set: string;
  readonly sequence: number;
  readonly mode?: 'PSYNC' | 'ISYNC';
  readonly part: number;
  readonly lines?: readonly string[];
  readonly sender?: string;
  readonly ldc?: string;
}

export class MmdHub {
  service!: RunningService;
  readonly seen: InEvent[] = [];
  #custody = 0;

  private constructor(
    readonly hub: TestHub,
    readonly others: Feeder,
  ) {}

  static async start(clock: string, env: Record<string, string> = {}): Promise<MmdHub> {
    const hub = await testHub(env);
    const mmd = new MmdHub(hub, await feeder(hub));
    writeClock(hub, at(clock));
    await mmd.startService();
    await hub.start({
      name: 'reporting',
      migrations: [],
      projections: () => [
        { name: 'spy', topics: TOPICS, apply: async (_, events) => void mmd.seen.push(...events) },
      ],
    });
    return mmd;
  }

  async startService(): Promise<void> {
    this.service = await this.hub.start(mmdService);
  }

  /**
   * Moves the hub's clock forward; windows end up to there. A service looks at the clock's file every
   * 20 ms: until it has, a part would come at the old time, and its set's window be over for the next.
   */
  async setClock(instant: Instant): Promise<void> {
    writeClock(this.hub, instant);
    await until('the clock', async () => this.service.tools.clock.now() >= instant);
  }

  send(...events: OutEvent[]): Promise<void> {
    return this.others.send(...events);
  }

  /** MAPLE, its agents, a second LDC at its head-end, three ids each, STD and two calendars. */
  async registerWorld(): Promise<void> {
    const since = at('2026-04-01T00:00');
    const org = (org_id: string, role: string) =>
      emit('participants.OrganizationRegistered', org_id, {
        at_ms: since,
        org_id,
        name: org_id,
        roles: [role],
        door: 'drop',
      });
    const delegation = (agent: string, fn: string) =>
      emit('participants.DelegationGranted', 'MAPLE', {
        at_ms: since,
        ldc: 'MAPLE',
        agent,
        function: fn,
        from_day: parseEstDay('2026-04-01')!,
        to_day: null,
      });
    await this.send(
      ...['MAPLE', 'BIRCH'].map((ldc) => org(ldc, 'LDC')),
      org('NORTHAMI', 'AMI_OPERATOR'),
      org('BILLCO', 'BILLING_AGENT'),
      delegation('NORTHAMI', 'READS'),
      delegation('BILLCO', 'BILLING'),
      emit('participants.HeadEndRegistered', 'NORTHAMI', {
        at_ms: since,
        amcc_id: 'NA1',
        org_id: 'NORTHAMI',
        ldcs: ['MAPLE', 'BIRCH'],
        format: 'CMEP',
        stamps: 'EST',
        key: 'METER',
        multiplied: false,
      }),
      emit('participants.RateClassListLoaded', 'MAPLE', {
        at_ms: since,
        ldc: 'MAPLE',
        codes: [{ id: 'R1', text: 'Residential' }],
      }),
      issued('MAPLE', 'MP-01', [U1, U2, U3]),
      issued('BIRCH', 'BI-01', ['3560287145', '7319402650']),
      emit('vee.VeeServiceDefined', 'STD', {
        at_ms: since,
        service_id: 'STD',
        version: 1,
        rules: 'STANDARD',
        ladder: 'mean10',
        strict: false,
        profile: null,
        from_day: 0,
        settings: {},
      }),
      calendar('ON-TOU', ['on', 'mid', 'off']),
      calendar('ON-TIERED', []),
    );
  }

  /** Puts a part into custody as the gateway does; gives its custody_id. */
  async receive(file: SetFile, name?: string): Promise<string> {
    const { set, sequence, part, lines = [], sender = 'MAPLE', ldc = 'MAPLE' } = file;
    const kind = `SYNC-${KINDS[part - 1]}`;
    const file_id = `${set}.${part}`;
    const created = '2026-07-02T15:38:00-05:00';
    const header = ['HDR', kind, '1', sender, ldc, file_id, created];
    header.push(file.mode ?? 'ISYNC', set, String(sequence), String(part), '6');
    const text = [header.join(','), ...lines, `TRL,${lines.length}`].map((line) => `${line}\n`);
    const stored = await this.service.tools.files.put(Buffer.from(text.join('')));
    const custody_id = `C${++this.#custody}`;
    await this.send(
      emit('gateway.FileReceived', sender, {
        at_ms: this.service.tools.clock.now(),
        custody_id,
        custody_seq: this.#custody,
        org: sender,
        door: 'drop',
        name: name ?? `${sender}_${kind}_${file_id}.csv`,
        ...stored,
        kind,
        unit: 'RECORD',
        sender_org: sender,
        ldc,
        ldc_has_role: true,
        file_id,
        created_at_ms: null,
        header,
        records: lines.length,
        segments: null,
      }),
    );
    return custody_id;
  }

  /** All six parts of a set, each with the lines of its record types. */
  async receiveSet(set: Omit<SetFile, 'part'>, lines: readonly string[]): Promise<void> {
    const partOf = ['SDP ATR', 'MTR', 'INS', 'ACC', 'ORG', 'SVC'];
    for (let part = 1; part <= 6; part++) {
      const types = partOf[part - 1]!.split(' ');
      const own = lines.filter((line) => types.includes(line.split(',')[0]!));
      await this.receive({ ...set, part, lines: own });
    }
  }

  /** Events of a type about a set, in the order in which they came. */
  about<T extends EventType>(type: T, set: string): EventValue<T>[] {
    const values = this.seen.flatMap((e) => (e.type === type ? [e.value] : []));
    return values.filter((v) => (v as { set_id?: string }).set_id === set) as never;
  }

  /** Waits for a set to say it is in a state; gives what it said. */
  state(set: string, state: string): Promise<EventValue<'mmd.SyncSetStateChanged'>> {
    return until(`${set} ${state}`, async () =>
      this.about('mmd.SyncSetStateChanged', set).find((v) => v.state === state),
    );
  }

  /** The outcomes of an applied set, its chunks joined. */
  async outcomes(set: string): Promise<EventValue<'mmd.SyncOutcomesRecorded'>> {
    const chunks = await until(`outcomes of ${set}`, async () => {
      const found = this.about('mmd.SyncOutcomesRecorded', set);
      return found.some((chunk) => chunk.last) && found;
    });
    return {
      ...chunks.at(-1)!,
      applied: chunks.flatMap((c) => c.applied),
      content_rejected: chunks.flatMap((c) => c.content_rejected),
      relation_rejected: chunks.flatMap((c) => c.relation_rejected),
    };
  }

  async get(path: string, method = 'GET'): Promise<{ status: number; body: never }> {
    const headers = { authorization: `Bearer ${this.hub.operatorKey}` };
    const response = await fetch(`${this.service.url}${path}`, { method, headers });
    return { status: response.status, body: (await response.json()) as never };
  }

  async close(): Promise<void> {
    await this.others.close();
    await this.hub.close();
  }
}

function writeClock(hub: TestHub, instant: Instant): void {
  const file = path.join(hub.dataDir, 'clock.json');
  const now = systemNowMs();
  const state = readClockState(file) ?? {
    base_hub_ms: instant,
    base_system_ms: now,
    windows_until_ms: null,
  };
  writeClockState(file, advanceClockState(state, now, instant));
}

function issued(ldc: string, sdpPrefix: string, usdps: readonly string[]): OutEvent {
  return emit('usdp.UsdpRequestDecided', ldc, {
    at_ms: at('2026-04-29T09:00'),
    custody_id: `C-${ldc}`,
    custody_at_ms: at('2026-04-29T09:00'),
    sender: ldc,
    ldc,
    file_id: `${ldc}-U-1`,
    chunk: 0,
    last: true,
    issued: usdps.map((usdp_id, i) => ({
      line: i + 2,
      sdp_id: `${sdpPrefix}0${i + 1}`,
      usdp_id,
    })),
    rejected: [],
  });
}

function calendar(calendar_id: string, bins: string[]): OutEvent {
  const row = {
    valid_from_day: null,
    valid_to_day: null,
    season_from: '01-01',
    season_to: '12-31',
    from_minute: 0,
    to_minute: 1440,
    bin: 'off',
    confirmed: true,
  };
  const rows = ['WEEKDAY', 'FREE'].map((day_type) => ({ ...row, day_type }));
  return emit('billing.CalendarVersionLoaded', calendar_id, {
    at_ms: at('2026-04-01T00:00'),
    calendar_id,
    version: 1,
    bins,
    confirmed: true,
    rows: bins.length === 0 ? [] : rows,
    price_dates: [],
  });
}

/** The PSYNC of 30 April: three SDPs of MAPLE, whole. */
export const APRIL: readonly string[] = [
  `SDP,${U1},MP-0101,2026-05-01,ACTIVE,12 Elm St,K0A 1A0,EASTERN,RESIDENTIAL`,
  `SDP,${U2},MP-0102,2026-05-01,ACTIVE,"14 Elm St, rear",,EASTERN,RESIDENTIAL`,
  `SDP,${U3},MP-0103,2026-05-01,ACTIVE,,,EASTERN,RESIDENTIAL`,
  ...[1, 2, 3].map((n) => `MTR,M-100${n},D-100${n},NA1,2026-05-01,60,1,6,KWH,3`),
  `INS,${U1},M-1001,2026-05-01T00:00:00-05:00`,
  `INS,${U2},M-1002,2026-05-01T00:00:00-05:00,,KWH=100.000`,
  `INS,${U3},M-1003,2026-05-01T00:00:00-05:00`,
  ...[U1, U2, U3].map((usdp, i) => `ACC,${usdp},A-900${i + 1},2026-05-01`),
  ...[U1, U2, U3].map((usdp) => `ORG,${usdp},AMI_OPERATOR,NORTHAMI,2026-05-01`),
  `SVC,${U1},2026-05-01,STD,TOU,ON-TOU,R1`,
  `SVC,${U2},2026-05-01,STD,PERIODIC,ON-TIERED,R1`,
  `SVC,${U3},2026-05-01,STD,HOURLY,,R1`,
];
