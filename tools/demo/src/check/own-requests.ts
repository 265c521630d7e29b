/** Who was billed for what, written down once more: the bills that must be in the outboxes. */
import { BIRCH, MAPLE, type Point } from '../cast.js';
import type { Story } from '../story.js';
import type { OwnBill, OwnSegment } from './own-bills.js';
import type { Known } from './own-values.js';

/** Day numbers from 1 October. */
const OCTOBER_15 = 14;
const NOVEMBER_1 = 31;
const NOVEMBER_3 = 33;
const NOVEMBER_11 = 41;
const NOVEMBER_13 = 43;
const NOVEMBER_15 = 45;
const NOVEMBER_16 = 46;
const DECEMBER_1 = 61;

interface Request {
  readonly fileId: string;
  readonly points: readonly Point[];
  readonly start: number;
  readonly end: number;
  readonly known: Known;
  readonly revision: number;
  readonly purpose: string;
}

/** Every bill that a hub without fault delivers, request by request. */
export function expectedBills(story: Story): OwnBill[] {
  const ids = story.usdpIds();
  return requests(story).flatMap((request) => {
    return request.points.map((point) => ({
      requestFileId: request.fileId,
      point,
      usdpId: ids.get(point.sdpId)!,
      purpose: request.purpose,
      revision: request.revision,
      known: request.known,
      segments: segmentsOf(point, Math.max(request.start, firstDay(point)), request.end),
    }));
  });
}

function requests(story: Story): Request[] {
  const { points } = story.cast;
  const maple = (cycle: string) => points.filter((p) => p.ldc === MAPLE && p.cycle === cycle);
  const named = (...ids: string[]) => ids.map((id) => points.find(({ sdpId }) => sdpId === id)!);
  const october = { start: 0, end: NOVEMBER_1 };
  const middle = { start: OCTOBER_15, end: NOVEMBER_15 };
  const first = { known: 'FIRST', revision: 1, purpose: 'CYCLE' } as const;
  const later = { known: 'CORRECTED', revision: 1, purpose: 'CYCLE' } as const;
  const again = { known: 'CORRECTED', revision: 2, purpose: 'REBILL' } as const;
  const known = maple('01').filter((point) => point.sdpId !== 'MP-0051');
  const twice = named('MP-0001');
  const corrected = named('MP-0009', 'MP-0010', 'MP-0011', 'MP-0013');
  return [
    { fileId: 'BC-Q-1', points: [...known, ...twice], ...october, ...first },
    { fileId: 'BC-Q-3', points: corrected, ...october, ...again },
    { fileId: 'BC-Q-5', points: maple('15'), ...middle, ...later },
    { fileId: 'BI-Q-1', points: points.filter((p) => p.ldc === BIRCH), ...middle, ...later },
    { fileId: 'BC-Q-6', points: maple('01'), start: NOVEMBER_1, end: DECEMBER_1, ...later },
  ];
}

function firstDay(point: Point): number {
  return point.sdpId === 'MP-0051' ? NOVEMBER_3 : 0;
}

/** Where a bill is cut: the price date, a new account, framing or rate class. */
function segmentsOf(point: Point, start: number, end: number): OwnSegment[] {
  const cuts: number[] = [];
  // BIRCH has no price date in its bills, and an hourly home no calendar that could have one
  if (point.ldc === MAPLE && point.calendar !== '') cuts.push(NOVEMBER_1);
  if (point.sdpId === 'MP-0005') cuts.push(NOVEMBER_16);
  if (point.sdpId === 'MP-0006') cuts.push(NOVEMBER_13);
  if (point.sdpId === 'MP-0040') cuts.push(NOVEMBER_11);
  const bounds = [start, ...cuts.filter((cut) => cut > start && cut < end).sort(ascending), end];
  return bounds.slice(0, -1).map((from, i) => ({
    start: from,
    end: bounds[i + 1]!,
    framing: point.sdpId === 'MP-0005' && from >= NOVEMBER_16 ? 'TOU' : point.framing,
    calendar: point.sdpId === 'MP-0005' && from >= NOVEMBER_16 ? 'ON-TOU' : point.calendar,
    account:
      point.sdpId === 'MP-0006' && from >= NOVEMBER_13 ? `${point.accountId}-N` : point.accountId,
  }));
}

const ascending = (a: number, b: number) => a - b;
