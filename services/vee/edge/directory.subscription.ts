import type { Ctx, InEvent, JsonValue, StepProcessor, StepResult } from '@mdmr/bus';
import { pointsOfSet } from '../report/points-of-set.query.js';
import { FactsCache } from './facts-cache.js';
import { PAGE, rejudgePoints } from './rejudge.js';
import { lockFacts } from './shards.js';

type Changed = InEvent<'mmd.DirectoryChanged'>['value'];

const DONE: StepResult = { events: [], progress: null };

/** After a set is applied, the days it touches are judged again, page by page. */
export function directorySubscription(cache = new FactsCache()): StepProcessor {
  return {
    name: 'directory',
    topics: ['mdmr.mmd.directory.v1'],
    step: async (event, progress, ctx) =>
      event.type === 'mmd.DirectoryChanged' && event.value.last
        ? workPage(cache, event.value, progress, ctx)
        : DONE,
  };
}

async function workPage(
  cache: FactsCache,
  set: Changed,
  progress: JsonValue | null,
  ctx: Ctx,
): Promise<StepResult> {
  const after = typeof progress === 'string' ? progress : '';
  await lockFacts(ctx.tx, set.ldc);
  const usdps = await pointsOfSet(ctx.tx, set, after, PAGE);
  const { events, last, whole } = await rejudgePoints(cache, usdps, ctx);
  return { events, progress: whole && usdps.length < PAGE ? null : last };
}
