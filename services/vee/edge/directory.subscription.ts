import type { Ctx, InEvent, JsonValue, StepProcessor, StepResult } from '@mdmr/bus';
import { pointsOfSet, type TimelineKey } from '../report/points-of-set.query.js';
import { FactsCache } from './facts-cache.js';
import { rejudgePoints } from './rejudge.js';
import { lockFacts } from './shards.js';

type Changed = InEvent<'mmd.DirectoryChanged'>['value'];

/** Timelines behind `after` are not worked yet; of the next ones the service points up to `usdpId` are. */
interface Progress {
  readonly after: TimelineKey | null;
  readonly usdpId: string;
}

/** Timelines whose service points are worked together. */
const TIMELINES = 1_000;
const START: Progress = { after: null, usdpId: '' };
const DONE: StepResult = { events: [], progress: null };

/** After a set is applied, the days it touches are judged again, page by page. */
export function directorySubscription(cache = new FactsCache()): StepProcessor {
  return {
    name: 'directory',
    topics: ['mdmr.mmd.directory.v1'],
    step: async (event, progress, ctx) =>
      event.type === 'mmd.DirectoryChanged' && event.value.last
        ? workPage(cache, event.value, (progress as unknown as Progress | null) ?? START, ctx)
        : DONE,
  };
}

async function workPage(
  cache: FactsCache,
  set: Changed,
  { after, usdpId }: Progress,
  ctx: Ctx,
): Promise<StepResult> {
  await lockFacts(ctx.tx, set.ldc);
  const page = await pointsOfSet(ctx.tx, set, after, TIMELINES);
  const left = page.usdpIds.filter((id) => id > usdpId);
  const { events, last, whole } = await rejudgePoints(cache, left, ctx);
  if (!whole) return { events, progress: json({ after, usdpId: last ?? usdpId }) };
  return { events, progress: page.next && json({ after: page.next, usdpId: '' }) };
}

function json(progress: Progress): JsonValue {
  return progress as unknown as JsonValue;
}
