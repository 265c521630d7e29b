/** The services' admin APIs, with the operator's key. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { layoutOf, readRunFile, serviceNames, SERVICES, type HubSettings } from '@mdmr/stack';
import { Refused } from './refused.js';

export interface CallOptions {
  body?: unknown;
  query?: Record<string, string | undefined>;
  /** 0 = as long as it takes */
  timeoutMs?: number;
}

export interface AdminApi {
  /** Throws Refused with the service's own sentence. */
  get<T = unknown>(service: string, path: string, options?: CallOptions): Promise<T>;
  post<T = unknown>(service: string, path: string, options?: CallOptions): Promise<T>;
  /** the services that should be running: those of run.json, else all */
  services(): string[];
}

const TIMEOUT_MS = 60_000;

export function adminApi(settings: HubSettings): AdminApi {
  const { portBase } = settings;
  let key: string | null = null;
  const call = async <T>(method: string, service: string, path: string, options: CallOptions) => {
    key ??= readKey(settings.operatorKeyFile);
    const spec = SERVICES.find(({ name }) => name === service)!;
    const url = new URL(path, `http://127.0.0.1:${portBase + spec.portOffset}`);
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    return parseAnswer<T>(service, await send(method, service, url, key, options));
  };
  return {
    get: (service, path, options = {}) => call('GET', service, path, options),
    post: (service, path, options = {}) => call('POST', service, path, options),
    services: () => {
      const record = readRunFile(layoutOf(settings.dataDir).runFile);
      const running = Object.keys(record?.services ?? {});
      return running.length > 0 ? running : serviceNames();
    },
  };
}

/** One path segment; ids may hold `:`, file names anything. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}

function readKey(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    throw new Refused(
      `The operator's key ${path} cannot be read: the hub makes it at its first start (npm start).`,
      'NO_OPERATOR_KEY',
    );
  }
}

interface RawAnswer {
  status: number;
  text: string;
}

function send(
  method: string,
  service: string,
  url: URL,
  key: string,
  { body, timeoutMs = TIMEOUT_MS }: CallOptions,
): Promise<RawAnswer> {
  const payload = body === undefined ? null : Buffer.from(JSON.stringify(body));
  const headers: Record<string, string> = { authorization: `Bearer ${key}` };
  if (payload !== null) {
    headers['content-type'] = 'application/json';
    headers['content-length'] = String(payload.length);
  }
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(unreachable(service, url, error));
    const call = request(url, { method, headers, timeout: timeoutMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', fail);
    call.end(payload ?? undefined);
  });
}

function unreachable(service: string, url: URL, error: NodeJS.ErrnoException): Refused {
  if (error.code === 'ECONNREFUSED') {
    const hint = 'is the hub running? (npm start)';
    return new Refused(`${service} does not answer at ${url.host}: ${hint}`, 'NOT_RUNNING');
  }
  return new Refused(`${service} at ${url.host} failed: ${error.message}`, 'NO_ANSWER');
}

function parseAnswer<T>(service: string, { status, text }: RawAnswer): T {
  const value = parseJson(text);
  if (status >= 200 && status < 300) return value as T;
  const problem = (value ?? {}) as { title?: string; detail?: string; code?: string };
  const sentence = problem.detail ?? problem.title ?? `${service} answered ${status}`;
  throw new Refused(sentence, problem.code ?? `HTTP_${status}`);
}

function parseJson(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
