/** When a request gets a response file, and which number it bears. */
import { MINUTE_MS } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';

/** Where a request stands. */
export interface RequestState {
  windowEndMs: Instant;
  /** Every item has been tried once. */
  isTried: boolean;
  /** Items that still wait. */
  waiting: number;
  /** Items answered that no response has carried yet. */
  unsent: number;
  responses: number;
  lastResponseMs: Instant | null;
  /** The final response has been made. */
  isFinal: boolean;
}

/** The next response file of a request. */
export interface ResponseDue {
  atMs: Instant;
  /** Known for sure only when it is due. */
  isFinal: boolean;
  responseNo: number;
}

/**
 * When the next response is due; null = never. `now` stands for "at once".
 * Number 1 goes when every item was tried once and something is ready; later ones at most every
 * `minutes`; the last, final, as soon as no item waits, at the end of the window at the latest.
 */
export function responseDue(
  state: RequestState,
  now: Instant,
  minutes: number,
): ResponseDue | null {
  if (!state.isTried || state.isFinal) return null;
  const responseNo = state.responses + 1;
  if (state.waiting === 0) return { atMs: now, isFinal: true, responseNo };
  const final = { atMs: state.windowEndMs, isFinal: true, responseNo };
  if (state.unsent === 0) return final;
  const { lastResponseMs } = state;
  const atMs = lastResponseMs === null ? now : lastResponseMs + minutes * MINUTE_MS;
  return atMs < state.windowEndMs ? { atMs, isFinal: false, responseNo } : final;
}
