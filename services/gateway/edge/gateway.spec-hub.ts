/**
 * A hub with a gateway for the specs of this service: its doors, and the topics as others see them.
 */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { emit } from '@mdmr/bus';
import type { InEvent, OutEvent } from '@mdmr/bus';
import type { EventType, EventValue } from '@mdmr/events';
import type { RunningService } from '@mdmr/service';
import { feeder, testHub, until } from '@mdmr/testing';
import type { Feeder, TestHub } from '@mdmr/testing';
import { gatewayService } from '../gateway.module.js';
import type { FileAnswer, LineAnswer, SentAnswer } from '../report/files.query.js';

export interface Shown extends FileAnswer {
  readonly lines: LineAnswer[];
  readonly sent: SentAnswer[];
}

/** What the doors asked for here may answer. */
export interface Answer {
  readonly work: string[];
  readonly files: FileAnswer[];
}

export class GatewayHub {
  readonly seen: InEvent[] = [];

  private constructor(
    readonly hub: TestHub,
    private readonly others: Feeder,
  ) {}

  gateway!: RunningService;

  static async start(env: Record<string, string> = {}): Promise<GatewayHub> {
    const hub = await testHub({ MDMR_INBOX_STILL_SECONDS: '0', ...env });
    const made = new GatewayHub(hub, await feeder(hub));
    await made.listen();
    return made;
  }

  /** A service that only listens: what it sees is what is on the topics. */
  private async listen(): Promise<void> {
    const topics = ['mdmr.gateway.files.v1', 'mdmr.gateway.segments.v1'];
    const apply = async (_: unknown, events: readonly InEvent[]) => void this.seen.push(...events);
    await this.hub.start({
      name: 'reads',
      migrations: [],
      projections: () => [{ name: 'spy', topics, apply }],
    });
  }

  async startGateway(): Promise<void> {
    this.gateway = await this.hub.start(gatewayService);
  }

  /** Registers MAPLE (LDC), NORTHAMI (reads NA1 for it) and BILLCO (bills for it). */
  async registerAll(): Promise<void> {
    const org = (org_id: string, ...roles: string[]) =>
      emit('participants.OrganizationRegistered', org_id, {
        at_ms: 0,
        org_id,
        name: org_id,
        roles,
        door: 'drop',
      });
    const delegation = (agent: string, fn: string) =>
      emit('participants.DelegationGranted', 'MAPLE', {
        at_ms: 0,
        ldc: 'MAPLE',
        agent,
        function: fn,
        from_day: 0,
        to_day: null,
      });
    await this.send(
      org('MAPLE', 'LDC'),
      org('NORTHAMI', 'AMI_OPERATOR'),
      org('BILLCO', 'BILLING_AGENT'),
      delegation('NORTHAMI', 'READS'),
      delegation('BILLCO', 'BILLING'),
      emit('participants.HeadEndRegistered', 'NORTHAMI', {
        at_ms: 0,
        amcc_id: 'NA1',
        org_id: 'NORTHAMI',
        ldcs: ['MAPLE'],
        format: 'CMEP',
        stamps: 'EST',
        key: 'METER',
        multiplied: false,
      }),
    );
  }

  /** Events of other services. */
  send(...events: OutEvent[]): Promise<void> {
    return this.others.send(...events);
  }

  folder(org: string, ...names: string[]): string {
    return path.join(this.hub.dataDir, 'exchange', org, ...names);
  }

  /** Puts a file into an inbox as an organization should: whole. */
  async drop(org: string, name: string, content: string | Buffer): Promise<void> {
    const target = this.folder(org, 'inbox', name);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(`${target}.part`, content);
    await rename(`${target}.part`, target);
  }

  names(org: string, ...folders: string[]): Promise<string[]> {
    return readdir(this.folder(org, ...folders)).then(
      (names) => names.sort(),
      () => [],
    );
  }

  text(org: string, ...names: string[]): Promise<string> {
    return readFile(this.folder(org, ...names), 'utf8');
  }

  /** Events of a type about a file, by its name, custody id or file_id. */
  about<T extends EventType>(type: T, word: string): EventValue<T>[] {
    const values = this.seen.flatMap((event) => (event.type === type ? [event.value] : []));
    return values.filter((value) => JSON.stringify(value).includes(`"${word}"`)) as never;
  }

  /** The first event of a type about a file, once it is on its topic. */
  first<T extends EventType>(type: T, word: string): Promise<EventValue<T>> {
    return until(`${type} of ${word}`, async () => this.about(type, word)[0]);
  }

  async call(method: string, door: string, body?: object): Promise<[number, Answer]> {
    const response = await fetch(`${this.gateway.url}/admin/${door}`, {
      method,
      headers: {
        authorization: `Bearer ${this.hub.operatorKey}`,
        'content-type': 'application/json',
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return [response.status, (await response.json()) as Answer];
  }

  async show(file: string): Promise<Shown> {
    const [status, answer] = await this.call('GET', `files/${encodeURIComponent(file)}`);
    if (status !== 200) throw new Error(`${file}: ${JSON.stringify(answer)}`);
    return answer as unknown as Shown;
  }

  /** The file once its account is as expected. */
  showOnce(file: string, expected: Partial<Shown>): Promise<Shown> {
    const facts = Object.entries(expected) as [keyof Shown, unknown][];
    return until(`${file} to be ${JSON.stringify(expected)}`, async () => {
      const shown = await this.show(file);
      return facts.every(([key, value]) => shown[key] === value) && shown;
    });
  }

  async close(): Promise<void> {
    await this.others.close();
    await this.hub.close();
  }
}
