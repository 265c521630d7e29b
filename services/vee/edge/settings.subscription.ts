import type { Ctx, JsonValue, StepProcessor, StepResult } from '@mdmr/bus';
import { listSdps } from '@mdmr/directory';
import { FactsCache } from './facts-cache.js';
import { PAGE, rejudgePoints } from './rejudge.js';
import { lockFacts } from './shards.js';

const DEFAULT_SERVICE = 'default-vee.';
const DONE: StepResult = { events: [], progress: null };

/** An LDC's default VEE service is a fact of every service point without one of its own. */
export function settingsSubscription(cache = new FactsCache()): StepProcessor {
  return {
    name: 'settings',
    topics: ['mdmr.participants.organizations.v1'],
    step: async (event, progress, ctx) => {
      if (event.type !== 'participants.LdcSettingSet') return DONE;
      const { ldc, name } = event.value;
      return name.startsWith(DEFAULT_SERVICE) ? workPage(cache, ldc, progress, ctx) : DONE;
    },
  };
}

async function workPage(
  cache: FactsCache,
  ldc: string,
  progress: JsonValue | null,
  ctx: Ctx,
): Promise<StepResult> {
  const after = typeof progress === 'string' ? progress : '';
  await lockFacts(ctx.tx, ldc);
  const usdps = (await listSdps(ctx.tx, ldc)).filter((usdp) => usdp > after).slice(0, PAGE);
  const { events, last, whole } = await rejudgePoints(cache, usdps, ctx);
  return { events, progress: whole && usdps.length < PAGE ? null : last };
}
