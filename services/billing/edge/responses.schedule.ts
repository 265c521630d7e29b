import type { Timer } from '@mdmr/bus';
import type { Instant } from '@mdmr/kernel';
import { responseDue, type ResponseDue } from '../decide/request-protocol.js';
import { openRequests, type Request } from '../report/requests.query.js';
import { lockSettling, type BillingRoom } from './billing-room.js';
import { composeResponse } from './compose-response.js';

function waitingOf(request: Request): number {
  return request.accepted - request.answered - request.ended;
}

/** When the request's next response is due; while items wait, the end of the window is another timer's. */
function dueOf(request: Request, now: Instant, minutes: number): ResponseDue | null {
  const waiting = waitingOf(request);
  const due = responseDue(
    {
      windowEndMs: request.window_end_ms,
      isTried: request.tried_at_ms !== null,
      waiting,
      unsent: request.answered - request.sent,
      responses: request.responses,
      lastResponseMs: request.last_response_ms,
      isFinal: request.final_at_ms !== null,
    },
    now,
    minutes,
  );
  return due === null || (due.isFinal && waiting > 0) ? null : due;
}

/** Response files: at once, after the response minutes, and the final one. */
export function responsesTimer(room: BillingRoom): Timer {
  const { config, clock } = room.tools;
  return {
    name: 'bq-response',
    phase: 'schedule',
    async nextDue(tx) {
      const now = clock.now();
      let next: Instant | null = null;
      for (const request of await openRequests(tx)) {
        const due = dueOf(request, now, config.bqResponseMinutes);
        if (due !== null && (next === null || due.atMs < next)) next = due.atMs;
      }
      return next;
    },
    async fire({ tx, now }) {
      await lockSettling(tx);
      for (const request of await openRequests(tx)) {
        const due = dueOf(request, now, config.bqResponseMinutes);
        if (due === null || due.atMs > now) continue;
        return composeResponse(tx, now, request, due, room);
      }
      return [];
    },
  };
}
