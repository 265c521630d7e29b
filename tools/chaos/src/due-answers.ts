/** Which reports and responses the sent files must have brought about. */
import type { ExpectedAnswer } from './check/answers.js';
import { meterFileId } from './exchange.js';
import type { Plan } from './plan.js';
import type { SentFile } from './world.js';

/** @param finalRun id of the final run that was asked for; null = none */
export function expectedAnswers(
  plan: Plan,
  sent: readonly SentFile[],
  finalRun: string | null,
): ExpectedAnswer[] {
  const { ldc, ami, agent } = plan;
  const answers: ExpectedAnswer[] = [];
  const once = (org: string, kind: string, about: string) =>
    answers.push({ org, kind, about, times: 1 });
  for (const { org, kind, fileId, isRepeat, reason } of sent) {
    if (reason !== undefined) {
      for (const recipient of new Set([org, ldc])) once(recipient, 'IR17', fileId);
    }
    if (isRepeat) continue;
    if (kind === 'USDP-REQ') {
      once(ldc, 'USDP-RSP', fileId);
      once(ldc, 'US01', fileId);
    }
    if (kind === 'BQ-REQ') for (const recipient of [agent, ldc]) once(recipient, 'BR07', fileId);
  }
  if (finalRun !== null) {
    once(ldc, 'VE02', finalRun);
    for (const recipient of [agent, ldc]) once(recipient, 'BR03', finalRun);
  }
  const sets = new Set(
    sent.filter(({ kind }) => kind === 'SYNC').map(({ fileId }) => fileId.replace(/\.\d$/, '')),
  );
  for (const set of sets) for (const kind of ['IR06', 'IR07', 'IR14']) once(ldc, kind, set);
  const reads = new Map<string, number>();
  for (const { kind, text } of sent) {
    if (kind !== 'CMEP') continue;
    const id = meterFileId(text);
    reads.set(id, (reads.get(id) ?? 0) + 1);
  }
  for (const [about, times] of reads) {
    for (const org of [ami, ldc]) answers.push({ org, kind: 'DC07', about, times });
  }
  return answers;
}
