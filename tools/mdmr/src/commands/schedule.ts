/** schedule run. */
import { setTimeout as delay } from 'node:timers/promises';
import { dayOption, type Answer, type Cli, type CommandBook } from '../cli.js';
import { segment } from '../admin-api.js';
import { Refused, WrongUsage } from '../refused.js';

const SCHEDULES = ['interim', 'final', 'daily'];
const POLL_MS = 200;

interface Run {
  run_id: string;
  state: string;
  detail?: string;
}

export function scheduleCommands(book: CommandBook): void {
  const schedule = book.group('schedule', 'the runs of the day');
  const text = `runs ${SCHEDULES.join(', ')} now for a day that is over`;
  book.leaf(schedule, 'run <schedule>', text, run, (command) =>
    command
      .addOption(dayOption('--day <day>', 'data day').makeOptionMandatory())
      .option('--org <LDC>', 'for this LDC only'),
  );
}

async function run(
  cli: Cli,
  [schedule]: string[],
  options: { day: string; org?: string },
): Promise<Answer> {
  if (!SCHEDULES.includes(schedule!)) {
    throw new WrongUsage(`"${schedule}" is not one of ${SCHEDULES.join(', ')}.`);
  }
  const { day, org = null } = options;
  const runIds = await runSchedule(cli, schedule!, day, org);
  const text = runIds.length === 0 ? 'nothing to run' : `${runIds.join(', ')}: done`;
  return { json: { run_ids: runIds, state: 'DONE' }, text };
}

/** Runs a schedule for one LDC or all, and returns its run ids once its reports are delivered. */
async function runSchedule(
  { api, progress }: Cli,
  schedule: string,
  day: string,
  org: string | null,
): Promise<string[]> {
  const body = { schedule: schedule.toUpperCase(), day, org };
  const answer = await api.post<{ run_id?: string; run_ids?: string[] }>(
    'reporting',
    '/admin/runs',
    { body },
  );
  const runIds = answer.run_ids ?? (answer.run_id === undefined ? [] : [answer.run_id]);
  for (const runId of runIds) {
    progress(`${runId}: running`);
    await waitDone(api, runId);
  }
  return runIds;
}

/** A final run waits for everything upstream, so it may take long; the services bound it. */
async function waitDone(api: Cli['api'], runId: string): Promise<void> {
  for (;;) {
    const { state, detail } = await api.get<Run>('reporting', `/admin/runs/${segment(runId)}`);
    if (state === 'DONE') return;
    if (state === 'FAILED') throw new Refused(`${runId} failed: ${detail ?? 'no reason given'}`);
    await delay(POLL_MS);
  }
}
