import { loadParticipants, type Participants } from '@mdmr/directory';
import type { Tx } from '@mdmr/postgres';
import type { BinTables } from '../decide/bin-tables.js';
import type { EvaluationContext } from '../decide/evaluate-item.js';
import type { SdpFacts } from '../decide/sdp-facts.js';
import { sumCheckWith } from '../decide/sum-acceptance.js';
import type { SumAccepted } from '../decide/sum-acceptance.js';
import type { CalendarCache } from './calendars.query.js';
import { loadChannelDays } from './channel-days.query.js';
import type { ChannelDaySet, PeriodOf } from './channel-days.query.js';
import { loadSdpFacts } from './sdp-facts.query.js';

/** Everything that a batch of items is judged by. */
export interface Evaluation {
  facts: ReadonlyMap<string, SdpFacts>;
  days: ChannelDaySet;
  participants: Participants;
  /** The context for SDPs of an LDC: `bq-split` is the LDC's, by day. */
  contextOf: (ldc: string) => EvaluationContext;
}

async function sumsAccepted(
  tx: Pick<Tx, 'query'>,
  usdps: readonly string[],
): Promise<SumAccepted[]> {
  const { rows } = await tx.query<SumAccepted>(
    `select usdp_id as "usdpId", start_day as "startDay", end_day as "endDay", at_ms as "atMs"
     from sum_accepted where usdp_id = any($1)`,
    [usdps],
  );
  return rows;
}

/** Reads all of it in bulk: a constant number of statements, however many items. */
export async function loadEvaluation(
  tx: Pick<Tx, 'query'>,
  periods: readonly PeriodOf[],
  room: { calendars: CalendarCache; tables: BinTables; maxDays: number },
): Promise<Evaluation> {
  const usdps = [...new Set(periods.map((period) => period.usdpId))];
  const calendars = await room.calendars.load(tx);
  const participants = await loadParticipants(tx);
  const facts = await loadSdpFacts(tx, usdps);
  const days = await loadChannelDays(tx, periods);
  const sumCheck = sumCheckWith(await sumsAccepted(tx, usdps));
  const contexts = new Map<string, EvaluationContext>();
  const contextOf = (ldc: string): EvaluationContext => {
    let context = contexts.get(ldc);
    if (context === undefined) {
      context = {
        calendars,
        tables: room.tables,
        splitsOnPriceDate: (day) => participants.setting(ldc, 'bq-split', day) !== 'NONE',
        maxDays: room.maxDays,
        sumCheck,
      };
      contexts.set(ldc, context);
    }
    return context;
  };
  return { facts, days, participants, contextOf };
}
