/** clock advance, set: windows end and due schedules run in order, then it returns. */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { formatInstant, parseDuration, parseInstant, type Instant } from '@mdmr/kernel';
import { countText, type Answer, type Cli, type CommandBook } from '../cli.js';
import { readStatus, waitIdle, type HubStatus } from '../idle.js';
import { Refused, WrongUsage } from '../refused.js';

interface ClockOptions {
  timeout: number;
}

const CLOCK_SEEN_MS = 30_000;
/** rounds after which something that stays due is taken for stuck */
const MAX_TRIES = 20;

export function clockCommands(book: CommandBook): void {
  const clock = book.group('clock', 'the clock of a hub where it is driven (MDMR_CLOCK)');
  const shape = (command: Command) =>
    command.option('--timeout <seconds>', 'how long one step may take', countText, 600);
  book.leaf<ClockOptions>(clock, 'advance <duration>', 'forward by e.g. PT6H, P1D', advance, shape);
  book.leaf<ClockOptions>(clock, 'set <instant>', 'forward to an instant', set, shape);
}

async function advance(cli: Cli, [text]: string[], options: ClockOptions): Promise<Answer> {
  const duration = parseDuration(text!);
  if (duration === null) throw new WrongUsage(`"${text}" is not an ISO 8601 duration.`);
  requireDriven(cli);
  const { clock_ms: from } = await readReady(cli);
  return drive(cli, from + duration, options);
}

async function set(cli: Cli, [text]: string[], options: ClockOptions): Promise<Answer> {
  const target = parseInstant(text!);
  if (target === null) throw new WrongUsage(`"${text}" is not an ISO 8601 instant.`);
  requireDriven(cli);
  const { clock, clock_ms: now } = await readReady(cli);
  if (target < now) {
    throw new Refused(`The clock only goes forward, and it is ${clock} now.`, 'CLOCK_BACKWARD');
  }
  return drive(cli, target, options);
}

function requireDriven({ settings }: Cli): void {
  if (settings.environment === 'PRODUCTION') {
    throw new Refused('The clock of a PRODUCTION hub is not driven.', 'CLOCK_NOT_DRIVEN');
  }
  // the hub itself has the last word; without the file nobody ever drove this clock
  if (settings.clockStart === null && !existsSync(settings.clockFile)) {
    throw new Refused('MDMR_CLOCK is "system": this clock is not driven.', 'CLOCK_NOT_DRIVEN');
  }
}

async function readReady({ api }: Cli): Promise<HubStatus> {
  const status = await readStatus(api);
  const dead = status.services.filter((service) => !service.ready).map(({ service }) => service);
  if (dead.length > 0) throw new Refused(`Not ready: ${dead.join(', ')}.`, 'NOT_READY');
  return status;
}

/**
 * Stops at every instant at which something is due. There schedules run first, with the windows
 * held back one millisecond; then the windows of the same instant end.
 */
async function drive(cli: Cli, target: Instant, { timeout }: ClockOptions): Promise<Answer> {
  const timeoutMs = timeout * 1000;
  const stops: string[] = [];
  let status = await waitIdle(cli, timeoutMs);
  const tries = new Map<Instant, number>();
  while (status.next_due !== null && status.next_due <= target) {
    const due = status.next_due;
    const again = tries.get(due) ?? 0;
    if (again >= MAX_TRIES) throw stuck(due, status);
    tries.set(due, again + 1);
    if (again === 0) {
      stops.push(formatInstant(due));
      cli.progress(`${formatInstant(due)}: due`);
    }
    await post(cli, due, due - 1);
    await waitIdle(cli, timeoutMs);
    await post(cli, null, null);
    status = await waitIdle(cli, timeoutMs);
  }
  await post(cli, target, null);
  const end = await waitIdle(cli, timeoutMs);
  return { json: { clock: end.clock, stops }, text: `The hub's clock is ${end.clock}` };
}

/** A timer that does not move on when it has fired would hold the clock for ever. */
function stuck(due: Instant, { work }: HubStatus): Refused {
  const what = work.length === 0 ? '' : `: ${work.join('; ')}`;
  return new Refused(`What is due at ${formatInstant(due)} stays due${what}`, 'CLOCK_STUCK');
}

async function post(
  cli: Cli,
  instant: Instant | null,
  windowsUntil: Instant | null,
): Promise<void> {
  const body = { instant, windows_until: windowsUntil };
  await cli.api.post('reporting', '/admin/clock', { body });
  if (instant !== null) await waitSeen(cli, instant);
}

/** Every service must have looked at the clock before its idleness means anything. */
async function waitSeen({ api }: Cli, instant: Instant): Promise<void> {
  const until = performance.now() + CLOCK_SEEN_MS;
  while ((await readStatus(api)).clock_ms < instant) {
    if (performance.now() > until) {
      throw new Refused('A service does not follow the clock.', 'CLOCK_NOT_SEEN');
    }
    await delay(50);
  }
}
