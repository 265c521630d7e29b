/** For specs: a running reporting service, its clock and its admin door. */
import path from 'node:path';
import { systemNowMs, writeClockState } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import type { RunningService } from '@mdmr/service';
import { until, type TestHub } from '@mdmr/testing';

/** Sets a hub's clock to an instant, from which it runs on. */
export function setClock(hub: TestHub, instant: Instant): void {
  writeClockState(path.join(hub.dataDir, 'clock.json'), {
    base_hub_ms: instant,
    base_system_ms: systemNowMs(),
    windows_until_ms: null,
  });
}

/** Waits until a service has taken in all that is on its topics. */
export async function idle(service: RunningService): Promise<void> {
  await until('an idle service', async () => {
    // While topics are being made their ends may not be known for a moment.
    const status = await service.tools.bus.status().catch(() => undefined);
    return status?.relay_backlog === 0 && Object.values(status.lag).every((n) => n === 0);
  });
}

export interface Door {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs look into what doors answer
  call(method: string, route: string, body?: object): Promise<{ status: number; body: any }>;
  /** Rows of a report as text, without their record type. */
  rows(report: string, query: string): Promise<string[]>;
  /** Waits until a run's reports are made. */
  done(runId: string): Promise<void>;
}

export function door(hub: TestHub, service: () => RunningService): Door {
  const call: Door['call'] = async (method, route, body) => {
    const response = await fetch(`${service().url}/admin/${route}`, {
      method,
      headers: {
        authorization: `Bearer ${hub.operatorKey}`,
        'content-type': 'application/json',
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  return {
    call,
    rows: async (report, query) => {
      const found = await call('GET', `reports/${report}?${query}`);
      if (found.status !== 200) throw new Error(`${report} ${query}: ${found.status}`);
      return (found.body.rows as string[][]).map((row) => row.join());
    },
    done: async (runId) => {
      await until(`the reports of ${runId}`, async () => {
        const { body } = await call('GET', `runs/${runId}`);
        return body.state === 'DONE';
      });
    },
  };
}
