/** A hub for specs of the command: answers from a table, keeps what it was asked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '@mdmr/stack';
import type { AdminApi, CallOptions } from './admin-api.js';
import { Refused } from './refused.js';
import { runCommand } from './program.js';
import type { ServiceStatus } from './idle.js';

export interface Asked {
  call: string;
  body?: unknown;
  query?: unknown;
}

type Reply = unknown | ((options: CallOptions) => unknown);

export class FakeHub {
  readonly asked: Asked[] = [];
  readonly dataDir = mkdtempSync(join(tmpdir(), 'mdmr-cli-'));
  stdout = '';
  stderr = '';

  /** replies by `METHOD service path`; others are refused as not found */
  constructor(
    private readonly replies: Record<string, Reply>,
    private readonly env: Record<string, string> = {},
  ) {}

  async run(...argv: string[]): Promise<number> {
    this.stdout = '';
    this.stderr = '';
    const settings = readSettings({ MDMR_DATA_DIR: this.dataDir, ...this.env });
    const progress = (line: string) => void (this.stderr += `${line}\n`);
    return runCommand(argv, {
      stdout: (text) => void (this.stdout += text),
      stderr: (text) => void (this.stderr += text),
      cli: () => ({ settings, ownSettings: settings, progress, api: this.api() }),
    });
  }

  /** The one document on standard output. */
  document<T = unknown>(): T {
    return JSON.parse(this.stdout) as T;
  }

  remove(): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private api(): AdminApi {
    return {
      get: (service, path, options = {}) => this.answer('GET', service, path, options),
      post: (service, path, options = {}) => this.answer('POST', service, path, options),
      services: () => ['gateway', 'reporting'],
    };
  }

  private async answer<T>(
    method: string,
    service: string,
    path: string,
    options: CallOptions,
  ): Promise<T> {
    const call = `${method} ${service} ${path}`;
    const { body, query } = options;
    if (path !== '/admin/status') {
      this.asked.push({ call, ...(body === undefined ? {} : { body }), ...given(query) });
    }
    if (!(call in this.replies)) throw new Refused(`${call} is not there.`, 'NOT_FOUND');
    const reply = this.replies[call];
    return (typeof reply === 'function' ? await reply(options) : reply) as T;
  }
}

function given(query: CallOptions['query']): { query?: unknown } {
  const entries = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? {} : { query: Object.fromEntries(entries) };
}

export function idleStatus(service: string, more: Partial<ServiceStatus> = {}): ServiceStatus {
  return {
    service,
    ready: true,
    relay_backlog: 0,
    lag: {},
    next_due: null,
    work: [],
    activity: 7,
    clock: '2026-07-02T08:00:00-05:00',
    clock_ms: 1782997200000,
    ...more,
  };
}
