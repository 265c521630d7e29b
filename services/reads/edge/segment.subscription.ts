import { setTimeout as pause } from 'node:timers/promises';
import {
  emit,
  type Ctx,
  type InEvent,
  type JsonValue,
  type OutEvent,
  type StepProcessor,
  type StepResult,
} from '@mdmr/bus';
import { loadParticipants, type Participants } from '@mdmr/directory';
import { Fault, type EstDay } from '@mdmr/kernel';
import { lockNames } from '@mdmr/postgres';
import type { WiringTools } from '@mdmr/service';
import {
  attributeBlock,
  clockChangeOn,
  daysBoundedBy,
  decideLine,
  meterDayEventKey,
  meterDayReceived,
  onlyLdc,
  receiveBlocks,
  reportLines,
  segmentDecided,
  type ArrivedBlock,
  type AttributedBlock,
  type DecidedLine,
  type FileOrigin,
  type HeadEnd,
  type LineContext,
  type ReadLine,
  type ReceivedBlock,
  type SettledLine,
} from '../decide/index.js';
import { ChannelDaySet } from '../report/channel-day-map.js';
import { DirectoryCache } from '../report/directory-cache.js';
import { deriveLocked, lockTouched, type Touched } from './derive-channel-days.js';
import { DIRECTORY_LOCK } from './locks.js';
import { LocalClocks, headEndsOf, readPart, type Position } from './segment-reader.js';
import { Workbench, type Device } from './workbench.js';

type Segment = InEvent<'gateway.SegmentReady'>['value'];

/** How far a segment is worked: where the next step starts, and the number of its chunk. */
interface Progress extends Position {
  readonly chunk: number;
}

/**
 * A segment of a meter file, some thousand lines a transaction: read, judge, attribute, derive the
 * channel days, answer. The position is kept with the transaction, so a reader that is killed goes
 * on in mid-file.
 */
export function segmentSubscription(tools: WiringTools): StepProcessor {
  const directory = new DirectoryCache();
  const clocks = new LocalClocks(tools.files, tools.config.localClockShare);
  return {
    name: 'segment',
    topics: ['mdmr.gateway.segments.v1'],
    step: (event, progress, ctx) => {
      if (event.type !== 'gateway.SegmentReady') return Promise.resolve(DONE);
      return new SegmentStep(tools, directory, clocks, event.value, ctx).run(progress);
    },
  };
}

const DONE: StepResult = { events: [], progress: null };
/** A registration is waited for 20 s before the step is given up and tried again. */
const REGISTRATION_LOOKS = 80;
const REGISTRATION_PAUSE_MS = 250;

class SegmentStep {
  private readonly file: FileOrigin;

  constructor(
    private readonly tools: WiringTools,
    private readonly directory: DirectoryCache,
    private readonly clocks: LocalClocks,
    private readonly segment: Segment,
    private readonly ctx: Ctx,
  ) {
    this.file = {
      custodyId: segment.custody_id,
      custodySeq: segment.custody_seq,
      custodyAtMs: segment.custody_at_ms,
      sender: segment.org,
      fileId: segment.file_id,
      fileName: segment.file_name,
    };
  }

  async run(progress: JsonValue | null): Promise<StepResult> {
    const { segment } = this;
    const at: Progress = (progress as unknown as Progress | null) ?? {
      offset: segment.byte_from,
      line: segment.first_line,
      chunk: 0,
    };
    const participants = await this.loadParticipants();
    const headEnd = headEndsOf(participants, this.file.sender);
    const utc = (name: string): boolean => headEnd(name)?.stamps === 'UTC';
    const { files } = this.tools;
    const part = await readPart(files, segment.sha256, at, segment.byte_to, utc);
    const context = await this.lineContext(participants, headEnd, part.lines);
    const bench = await this.openBench(participants, part.lines, headEnd);
    const lines = part.lines.map((read) => decideLine(bench.view, context, read));
    const { settled, events } = await this.store(bench, lines, headEnd);
    const report = reportLines(settled, this.tools.config.staleReadDays);
    const place = {
      segment: segment.segment,
      segments: segment.segments,
      chunk: at.chunk,
      isLast: part.next === null,
    };
    const decided = segmentDecided(this.file, place, report, this.ctx.now);
    events.push(emit('reads.SegmentDecided', this.file.custodyId, decided));
    const next = part.next && { ...part.next, chunk: at.chunk + 1 };
    return { events, progress: next as JsonValue };
  }

  /**
   * The gateway has accepted the file, so a registration that is not here yet is on its way: on
   * another topic, which after a restart may be read some seconds later than this one.
   */
  private async loadParticipants(): Promise<Participants> {
    const { sender } = this.file;
    for (let looks = 1; ; looks++) {
      const participants = await loadParticipants(this.ctx.tx);
      if (participants.amccsOfOrg(sender).length > 0) return participants;
      if (looks >= REGISTRATION_LOOKS) {
        throw new Fault('PARTICIPANTS_BEHIND', `no head-end of ${sender} is known here yet`);
      }
      await this.ctx.heartbeat();
      await pause(REGISTRATION_PAUSE_MS);
    }
  }

  private async lineContext(
    participants: Participants,
    headEnd: HeadEndOf,
    lines: readonly ReadLine[],
  ): Promise<LineContext> {
    const { sender, custodyAtMs, custodyId } = this.file;
    const needsClocks = lines.some((l) => l.days.some((d) => clockChangeOn(d.estDay) !== null));
    const clocks = needsClocks
      ? await this.clocks.verdictOf(custodyId, this.segment.sha256, headEnd)
      : new Map<string, Set<EstDay>>();
    return {
      file: this.file,
      headEnd,
      mayRead: (ldc) => participants.mayAct(ldc, sender, 'READS', custodyAtMs),
      hasLocalClock: (amccId, day) => clocks.get(amccId)?.has(day) ?? false,
      futureReadSeconds: this.tools.config.futureReadSeconds,
    };
  }

  /**
   * Takes the LDCs' directories and blocks as they are and keeps them so until the transaction ends.
   * Two steps at once would not see each other's registers, and a day that neither has seen whole
   * would stay without the register that bounds it.
   */
  private async openBench(
    participants: Participants,
    lines: readonly ReadLine[],
    headEnd: HeadEndOf,
  ): Promise<Workbench> {
    const { tx, now } = this.ctx;
    const devices = devicesOf(lines, headEnd);
    const ldcs = ldcsOf(lines, headEnd);
    await lockNames(tx, DIRECTORY_LOCK, ldcs, 'exclusive');
    const memory = await this.directory.begin(tx, ldcs);
    const bench = await Workbench.open(tx, now, participants, memory);
    await bench.ensureDevices(devices);
    return bench;
  }

  private async store(
    bench: Workbench,
    lines: readonly DecidedLine[],
    headEnd: HeadEndOf,
  ): Promise<{ settled: SettledLine[]; events: OutEvent[] }> {
    const arrived: ArrivedBlock[] = [];
    for (const { blocks } of lines) {
      for (const block of blocks) {
        arrived.push({ block, attributions: attributeBlock(bench.view, block) });
      }
    }
    const { plans, known } = await lockTouched(bench, touchedBy(arrived));
    const received = receiveAll(bench, arrived);
    const events: OutEvent[] = [];
    const settled = lines.map((line) => {
      const blocks = line.blocks.map((block) => received.get(block)!);
      const ldc = line.ldc ?? onlyLdc(headEnd(line.read.senderName));
      for (const r of blocks) {
        const value = meterDayReceived(r, this.ctx.now, ldc);
        events.push(emit('reads.MeterDayReceived', meterDayEventKey(r.stored), value));
        bench.put(r.stored, { block: r.stored, attributions: r.attributions });
      }
      return { line, blocks };
    });
    for (const event of deriveLocked(bench, plans, known, 'READ')) events.push(event);
    return { settled, events };
  }
}

type HeadEndOf = (senderName: string) => HeadEnd | undefined;

/** LDCs of the head-ends that lines name. */
function ldcsOf(lines: readonly ReadLine[], headEnd: HeadEndOf): string[] {
  const names = new Set(lines.map((line) => line.senderName));
  return [...new Set([...names].flatMap((name) => headEnd(name)?.ldcs ?? []))].sort();
}

/** Devices that lines name, each once. */
function devicesOf(lines: readonly ReadLine[], headEnd: HeadEndOf): Device[] {
  const devices: Device[] = [];
  const seen = new Map<string, Set<string>>();
  for (const { senderName, deviceId } of lines) {
    const owner = headEnd(senderName);
    if (!owner || deviceId === '') continue;
    const { amccId, key } = owner;
    let ofHeadEnd = seen.get(amccId);
    if (!ofHeadEnd) seen.set(amccId, (ofHeadEnd = new Set()));
    if (ofHeadEnd.has(deviceId)) continue;
    ofHeadEnd.add(deviceId);
    devices.push({ amccId, deviceId, key });
  }
  return devices;
}

/** What became of blocks that have come, beside those of their meter days that are stored. */
function receiveAll(
  bench: Workbench,
  arrived: readonly ArrivedBlock[],
): Map<ArrivedBlock['block'], ReceivedBlock> {
  const meterDays = new Map<readonly AttributedBlock[], ArrivedBlock[]>();
  for (const a of arrived) {
    const stored = bench.listOf(a.block);
    const group = meterDays.get(stored);
    if (group) group.push(a);
    else meterDays.set(stored, [a]);
  }
  const received = new Map<ArrivedBlock['block'], ReceivedBlock>();
  for (const [stored, group] of meterDays) {
    for (const r of receiveBlocks(stored, group)) received.set(r.block, r);
  }
  return received;
}

/**
 * Channel days that applied values fall on; those a register only bounds are looked at if known.
 */
function touchedBy(arrived: readonly ArrivedBlock[]): Touched {
  const days = new ChannelDaySet();
  const bounded = new ChannelDaySet();
  for (const { block, attributions } of arrived) {
    const { channel, estDay, intervalMinutes } = block;
    let last: string | null = null;
    for (let i = 0; i < attributions.length; i++) {
      const usdpId = attributions[i]?.usdpId;
      if (!usdpId) continue;
      if (usdpId !== last) days.add({ usdpId, channel, estDay });
      last = usdpId;
      if (intervalMinutes !== 0) continue;
      for (const other of daysBoundedBy(block.registers[i]!.atMs)) {
        bounded.add({ usdpId, channel, estDay: other });
      }
    }
  }
  return { days: days.keys, bounded: bounded.keys };
}
