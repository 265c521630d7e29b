import path from 'node:path';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { emit } from '@mdmr/bus';
import {
  advanceClockState,
  hubNow,
  readClockState,
  systemNowMs,
  withWindowsUntil,
  writeClockState,
  type Instant,
} from '@mdmr/kernel';
import { SERVICE, problem, type ServiceTools } from '@mdmr/service';

const CONFLICT = 409;
const BAD_REQUEST = 400;

interface ClockAsked {
  readonly instant?: unknown;
  readonly windows_until?: unknown;
}

/** The driven clock: `mdmr clock`. It only goes forward, and never where bills are real. */
@Controller('admin/clock')
export class ClockController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Post()
  @HttpCode(200)
  async move(@Body() body: ClockAsked): Promise<object> {
    const { bus, config } = this.tools;
    if (config.clock === 'system') {
      throw problem(CONFLICT, 'CLOCK_IS_SYSTEM', 'The hub follows the clock of the machine.');
    }
    if (config.environment === 'PRODUCTION') {
      throw problem(CONFLICT, 'CLOCK_IN_PRODUCTION', 'The clock of PRODUCTION is not moved.');
    }
    const instant = instantOf(body.instant, 'instant');
    const until = instantOf(body.windows_until, 'windows_until');
    const moved = setClock(path.join(config.dataDir, 'clock.json'), instant, until);
    if (moved.from < moved.to) {
      const fact = { at_ms: moved.to, from_ms: moved.from, to_ms: moved.to };
      await bus.decide(async () => [emit('reporting.ClockMoved', 'clock', fact)]);
    }
    return { clock: moved.to };
  }
}

function instantOf(value: unknown, name: string): Instant | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw problem(BAD_REQUEST, 'BAD_VALUE', `\`${name}\` is whole milliseconds since 1970, or null.`);
}

/**
 * Moves the clock, unless it is there already: then only the limit of windows changes.
 * @returns the hub's instants before and after
 */
function setClock(
  file: string,
  to: Instant | null,
  windowsUntil: Instant | null,
): { from: Instant; to: Instant } {
  const systemNow = systemNowMs();
  const state = readClockState(file);
  const from = hubNow(state, systemNow);
  const moves = to !== null && to > from;
  const next =
    !moves && state !== null
      ? withWindowsUntil(state, windowsUntil)
      : advanceClockState(state, systemNow, moves ? to : from, windowsUntil);
  writeClockState(file, next);
  return { from, to: moves ? to : from };
}
