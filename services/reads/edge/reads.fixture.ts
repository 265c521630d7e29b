/**
 * A hub in small for the specs of this service: a directory, files, and the events that come out.
 */
import path from 'node:path';
import { emit, Names, type InEvent, type OutEvent } from '@mdmr/bus';
import { decodeEvent, topics, type EventType, type EventValue } from '@mdmr/events';
import { formatCmepLine, type CmepTriple } from '@mdmr/formats';
import { intervalEnd, type Instant } from '@mdmr/kernel';
import { FileStore, type RunningService } from '@mdmr/service';
import { feeder, testHub, until, type Feeder, type TestHub } from '@mdmr/testing';
import { at, day } from '../decide/fixture.js';
import { readsService } from '../reads.module.js';

type Timeline = EventValue<'mmd.DirectoryChanged'>['timelines'][number];
type Version = Timeline['versions'][number];

export function version(from: string, values: Record<string, string>, to?: string): Version {
  return {
    from_ms: at(from),
    to_ms: to === undefined ? null : at(to),
    values,
    file_id: 'MP-S-1',
    line: 2,
    recorded_at_ms: 0,
  };
}

function timeline(
  record_type: string,
  key: { usdp?: string; meter?: string; name?: string },
  versions: Version[],
): Timeline {
  const { usdp = null, meter = null, name = null } = key;
  return { record_type, usdp_id: usdp, meter_id: meter, name, versions };
}

export function mtr(
  meter: string,
  input: {
    from?: string;
    minutes?: number;
    multiplier?: string;
    amcc?: string;
    amcd?: string;
  } = {},
): Timeline {
  const values = {
    amcd_id: input.amcd ?? `D${meter.slice(1)}`,
    amcc_id: input.amcc ?? 'NA1',
    interval_minutes: String(input.minutes ?? 60),
    multiplier: input.multiplier ?? '1',
    register_dials: '6',
    channels: 'KWH',
    register_decimals: '3',
  };
  return timeline('MTR', { meter }, [version(input.from ?? '2026-05-01', values)]);
}

export function ins(
  usdp: string,
  ...spans: [meter: string, from: string, to?: string][]
): Timeline {
  const versions = spans.map(([meter, from, to]) => version(from, { meter_id: meter }, to));
  return timeline('INS', { usdp }, versions);
}

/** SDP, SVC and ORG of a service point that takes reads of NORTHAMI from 2026-05-01 on. */
export function readable(
  usdp: string,
  input: { service?: string; status?: string } = {},
): Timeline[] {
  const { service = 'STD', status = 'ACTIVE' } = input;
  const from = '2026-05-01';
  const sdp = { sdp_id: `S${usdp}`, status, category: 'RESIDENTIAL', time_zone: 'EASTERN' };
  return [
    timeline('SDP', { usdp }, [version(from, sdp)]),
    timeline('SVC', { usdp }, [version(from, { vee_service: service, framing: 'TOU' })]),
    timeline('ORG', { usdp, name: 'AMI_OPERATOR' }, [version(from, { org_id: 'NORTHAMI' })]),
  ];
}

/** A line of a file: hourly values of one day from hour `first` on, as texts. */
export function hours(
  device: string,
  date: string,
  values: readonly string[],
  input: {
    first?: number;
    minutes?: number;
    flag?: string;
    units?: string;
    other?: string;
    amcc?: string;
  } = {},
): string {
  const { first = 0, minutes = 60, flag = 'R', units = 'KWH', other = '' } = input;
  const triples: CmepTriple[] = values.map((value, i) => ({
    end: intervalEnd(day(date), first + i, minutes),
    flag,
    value,
  }));
  return formatCmepLine({
    sender: input.amcc ?? 'NA1',
    device,
    units,
    intervalMinutes: units.endsWith('REG') ? 0 : minutes,
    triples,
    recordedAt: at('2026-07-03T10:55'),
    receiverCustomer: other,
  });
}

export class ReadsHub {
  readonly events: InEvent[] = [];
  service!: RunningService;
  private readonly numbered = new Map<string, string>();
  private messages = 0;
  private files = 0;
  private sets = 0;
  private stopLog: () => Promise<void> = async () => undefined;

  private constructor(
    readonly hub: TestHub,
    readonly feed: Feeder,
  ) {}

  static async open(env: Record<string, string> = {}): Promise<ReadsHub> {
    const hub = await testHub({ MDMR_CLOCK: 'system', ...env });
    const self = new ReadsHub(hub, await feeder(hub));
    await self.start();
    await self.collect();
    return self;
  }

  async start(env: Record<string, string> = {}): Promise<void> {
    this.service = await this.hub.start(readsService, env);
  }

  /** Everything the service says, as any other service would hear it. */
  private async collect(): Promise<void> {
    const consumer = this.service.tools.bus.kafka.consumer({ groupId: `${this.hub.namespace}log` });
    await consumer.connect();
    await consumer.subscribe({ topics: this.ownTopics(), fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message, topic, partition }) => {
        this.hear(topic, partition, String(message.headers?.['lane']), message);
      },
    });
    this.stopLog = () => consumer.disconnect();
  }

  /** As a consumer of the bus: what has a number already heard is a copy, and must be one. */
  private hear(
    topic: string,
    partition: number,
    lane: string,
    message: { key: Buffer | null; value: Buffer | null; headers?: object },
  ): void {
    const seq = Number((message.headers as { seq?: Buffer }).seq);
    const id = `${topic}/${partition} ${lane} ${seq}`;
    const bytes = message.value!.toString('base64');
    this.messages += 1;
    const before = this.numbered.get(id);
    if (before !== undefined && before !== bytes) throw new Error(`two events are number ${id}`);
    if (before !== undefined) return;
    this.numbered.set(id, bytes);
    const decoded = decodeEvent(message.value!);
    const key = String(message.key);
    this.events.push({ ...decoded, key, topic, partition, lane, seq } as InEvent);
  }

  private ownTopics(): string[] {
    const names = new Names(this.hub.namespace);
    return topics.filter((t) => t.service === 'reads').map((t) => names.topic(t.name));
  }

  async close(): Promise<void> {
    await this.stopLog();
    await this.feed.close();
    await this.hub.close();
  }

  of<T extends EventType>(type: T): EventValue<T>[] {
    return this.events.filter((e) => e.type === type).map((e) => e.value as EventValue<T>);
  }

  /** NORTHAMI with head-end NA1 and READS for MAPLE. */
  async register(
    input: { amcc?: string; ldcs?: string[]; key?: string; multiplied?: boolean } = {},
  ): Promise<void> {
    const { amcc = 'NA1', ldcs = ['MAPLE'], key = 'METER', multiplied = false } = input;
    const org = (org_id: string, roles: string[]) =>
      emit('participants.OrganizationRegistered', org_id, {
        at_ms: 1,
        org_id,
        name: org_id,
        roles,
        door: 'drop',
      });
    const grants = ldcs.map((ldc) =>
      emit('participants.DelegationGranted', ldc, {
        at_ms: 1,
        ldc,
        agent: 'NORTHAMI',
        function: 'READS',
        from_day: day('2026-01-01'),
        to_day: null,
      }),
    );
    await this.feed.send(
      ...ldcs.map((ldc) => org(ldc, ['LDC'])),
      org('NORTHAMI', ['AMI_OPERATOR']),
      ...grants,
      emit('participants.HeadEndRegistered', 'NORTHAMI', {
        at_ms: 1,
        amcc_id: amcc,
        org_id: 'NORTHAMI',
        ldcs,
        format: 'CMEP',
        stamps: 'EST',
        key,
        multiplied,
      }),
    );
  }

  /** A set of the directory in two chunks, taking effect with the second. */
  async apply(timelines: Timeline[], ldc = 'MAPLE'): Promise<void> {
    const n = ++this.sets;
    const chunk = (i: number, last: boolean, part: Timeline[]): OutEvent =>
      emit('mmd.DirectoryChanged', ldc, {
        at_ms: 1_000 + n,
        ldc,
        set_id: `${ldc}-${n}`,
        chunk: i,
        last,
        timelines: part,
      });
    const half = Math.ceil(timelines.length / 2);
    const parts = [
      chunk(0, false, timelines.slice(0, half)),
      chunk(1, true, timelines.slice(half)),
    ];
    await this.feed.send(...parts);
  }

  /** Puts a file into custody, cut into segments before the lines given; returns its custody id. */
  async send(
    lines: readonly string[],
    input: { cuts?: number[]; at?: Instant; name?: string } = {},
  ): Promise<string> {
    const n = ++this.files;
    const text = lines.map((line) => `${line}\n`);
    const store = new FileStore(path.join(this.hub.dataDir, 'files'));
    const { sha256 } = await store.put(Buffer.from(text.join('')));
    const offsets = [0];
    for (const line of text) offsets.push(offsets.at(-1)! + Buffer.byteLength(line));
    const starts = [0, ...(input.cuts ?? [])];
    await this.feed.send(
      ...starts.map((start, segment) =>
        emit('gateway.SegmentReady', `C${n}#${segment}`, {
          at_ms: 1,
          custody_id: `C${n}`,
          custody_seq: n,
          custody_at_ms: input.at ?? this.custodyOf(`C${n}`),
          org: 'NORTHAMI',
          file_id: `x${n}`,
          file_name: input.name ?? `f${n}.cmep`,
          sha256,
          format: 'CMEP',
          segment,
          segments: starts.length,
          first_line: start + 1,
          byte_from: offsets[start]!,
          byte_to: offsets[starts[segment + 1] ?? lines.length]!,
        }),
      ),
    );
    return `C${n}`;
  }

  /** The answer to a file, added up, once all its segments have answered. */
  async answer(custodyId: string, limitMs?: number) {
    const look = async () => {
      const chunks = this.of('reads.SegmentDecided').filter((v) => v.custody_id === custodyId);
      const ended = chunks.filter((v) => v.last);
      if (ended.length === 0 || ended.length < ended[0]!.segments) return null;
      const totals: Record<string, Record<string, number>> = {};
      for (const total of chunks.flatMap((c) => c.totals)) {
        const sum = (totals[total.ldc] ??= {});
        for (const [name, value] of Object.entries(total)) {
          if (typeof value === 'number' && !name.endsWith('_ms'))
            sum[name] = (sum[name] ?? 0) + value;
        }
      }
      const rows = chunks.flatMap((c) => c.rows).sort((a, b) => a.line - b.line);
      return { totals, rows, chunks };
    };
    return until(`the answer to ${custodyId}`, look, limitMs);
  }

  /** The newest version of a channel day that `accepts`. */
  async channelDay(
    usdp: string,
    date: string,
    accepts: (v: EventValue<'reads.ChannelDayAttributed'>) => boolean = () => true,
  ) {
    return until(`channel day ${usdp} ${date}`, async () => {
      const found = this.newestDays().get(`${usdp} ${day(date)}`);
      return found && accepts(found) ? found : null;
    });
  }

  newestDays(): Map<string, EventValue<'reads.ChannelDayAttributed'>> {
    const newest = new Map<string, EventValue<'reads.ChannelDayAttributed'>>();
    for (const value of this.of('reads.ChannelDayAttributed')) {
      const id = `${value.usdp_id} ${value.est_day}`;
      if ((newest.get(id)?.version ?? 0) < value.version) newest.set(id, value);
    }
    return newest;
  }

  /** When a file came into custody, unless it was sent with another instant. */
  custodyOf(custodyId: string): Instant {
    return at('2026-07-03T11:00') + Number(custodyId.slice(1)) * 1_000;
  }

  /** Counts of a file as of now: its answers and every later change. */
  counts(custodyId: string): Record<string, number> {
    const counts: Record<string, number> = {};
    const add = (value: object): void => {
      for (const name of ['applied', 'unchanged', 'superseded', 'held', 'rejected']) {
        counts[name] = (counts[name] ?? 0) + (value as Record<string, number>)[name]!;
      }
    };
    for (const v of this.of('reads.SegmentDecided')) {
      if (v.custody_id === custodyId) v.totals.forEach(add);
    }
    this.of('reads.CustodyChanged')
      .filter((v) => v.custody_id === custodyId)
      .forEach(add);
    return counts;
  }

  /** Waits until the service has no work left and everything it has said is heard here. */
  async idle(): Promise<void> {
    await until('no lag', async () => {
      const { lag, relay_backlog, stopped } = await this.service.tools.bus.status();
      if (stopped.length > 0) throw new Error(`stopped: ${JSON.stringify(stopped)}`);
      return relay_backlog === 0 && Object.values(lag).every((n) => n === 0);
    });
    const said = await this.said();
    await until('all events', async () => this.messages >= said);
  }

  /** Messages on the service's topics, copies included. */
  private async said(): Promise<number> {
    const admin = this.service.tools.bus.kafka.admin();
    await admin.connect();
    let count = 0;
    for (const topic of this.ownTopics()) {
      for (const { high } of await admin.fetchTopicOffsets(topic)) count += Number(high);
    }
    await admin.disconnect();
    return count;
  }
}
