/** Billing on a real broker and database, with the world around it played by events. */
import path from 'node:path';
import { emit, type OutEvent } from '@mdmr/bus';
import {
  advanceClockState,
  parseInstant,
  present,
  readClockState,
  systemNowMs,
  writeClockState,
  type Instant,
} from '@mdmr/kernel';
import type { RunningService } from '@mdmr/service';
import { feeder, testHub, until, type TestHub } from '@mdmr/testing';
import { billingService } from '../billing.module.js';
import { bulkFeeder, type BulkFeeder } from './bulk-feeder.js';
import { recorder } from './recorder.js';

interface Status {
  relay_backlog: number;
  lag: Record<string, number>;
  work: string[];
  activity: number;
}

/** Before anything that a scenario tells. */
const BEGIN = present(parseInstant('2006-01-01T00:00:00-05:00'), 'begin');

function clockFile(hub: TestHub): string {
  return path.join(hub.dataDir, 'clock.json');
}

export class BillingStand {
  private custodySeq = 0;

  private constructor(
    readonly hub: TestHub,
    public billing: RunningService,
    readonly reporting: RunningService,
    private readonly feed: BulkFeeder,
  ) {}

  static async open(): Promise<BillingStand> {
    const hub = await testHub();
    const began = { base_hub_ms: BEGIN, base_system_ms: systemNowMs(), windows_until_ms: null };
    writeClockState(clockFile(hub), began);
    // Topics are there before anybody subscribes.
    await (await feeder(hub)).close();
    const feed = await bulkFeeder(hub);
    const reporting = await hub.start(recorder);
    const billing = await hub.start(billingService());
    return new BillingStand(hub, billing, reporting, feed);
  }

  get now(): Instant {
    return this.billing.tools.clock.now();
  }

  /** Sets the hub's clock; it only ever goes forward. */
  async at(text: string): Promise<void> {
    const wanted = present(parseInstant(text), `instant ${text}`);
    const file = clockFile(this.hub);
    const state = advanceClockState(readClockState(file), systemNowMs(), wanted);
    writeClockState(file, state);
    await until(`the clock at ${text}`, async () => this.now >= wanted);
  }

  send(...events: OutEvent[]): Promise<void> {
    return this.feed.send(events);
  }

  /** A BQ-REQ file in custody, its details as lines. */
  async receive(
    fileId: string,
    sender: string,
    windowEnd: string,
    lines: readonly string[],
  ): Promise<string> {
    const header = ['HDR', 'BQ-REQ', '1', sender, 'MAPLE', fileId, '2026-07-03T09:00:00-05:00'];
    if (windowEnd !== '') header.push(windowEnd);
    const text = [header.join(','), ...lines, `TRL,${lines.length}`, ''].join('\n');
    const { sha256, bytes } = await this.billing.tools.files.put(Buffer.from(text));
    this.custodySeq++;
    const custodyId = `C-${this.custodySeq}`;
    await this.send(
      emit('gateway.FileReceived', sender, {
        at_ms: this.now,
        custody_id: custodyId,
        custody_seq: this.custodySeq,
        org: sender,
        door: 'drop',
        name: `${sender}_BQ-REQ_${fileId}.csv`,
        sha256,
        bytes,
        kind: 'BQ-REQ',
        unit: 'RECORD',
        sender_org: sender,
        ldc: 'MAPLE',
        ldc_has_role: true,
        file_id: fileId,
        created_at_ms: null,
        header,
        records: lines.length,
        segments: null,
      }),
    );
    return custodyId;
  }

  /** Null = it cannot say right now. */
  async status(service: RunningService): Promise<Status | null> {
    const response = await fetch(`${service.url}/admin/status`, {
      headers: { authorization: `Bearer ${this.hub.operatorKey}` },
    });
    return response.ok ? ((await response.json()) as Status) : null;
  }

  /** Waits until nobody has anything left to do. */
  async idle(): Promise<void> {
    let before = -1;
    await until('billing to be idle', async () => {
      const all = await Promise.all([this.billing, this.reporting].map((s) => this.status(s)));
      const activity = all.reduce((sum, one) => sum + (one?.activity ?? 0), 0);
      const busy = all.some(
        (one) =>
          one === null ||
          one.relay_backlog > 0 ||
          one.work.length > 0 ||
          Object.values(one.lag).some((lag) => lag > 0),
      );
      const still = !busy && activity === before;
      before = activity;
      return still;
    });
  }

  /** A door of the operator. */
  async get(pathname: string): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.billing.url}${pathname}`, {
      headers: { authorization: `Bearer ${this.hub.operatorKey}` },
    });
    return { status: response.status, body: await response.json() };
  }

  /** Billing was stopped and started again. */
  restart(billing: RunningService): void {
    this.billing = billing;
  }

  async close(): Promise<void> {
    await this.feed.close();
    await this.hub.close();
  }
}
