import { decodeEvent, UndecodableMessage, UnknownSchemaId } from '@mdmr/events';
import { Defect, Rejection, type Instant } from '@mdmr/kernel';
import type { Database, Tx } from '@mdmr/postgres';
import { project } from './deciding.js';
import type { Door } from './door.js';
import type { Ctx, InEvent, JsonValue, OutEvent, Processor, Projection } from './types.js';

/** Where a message lies, and whose quarantine it is in. */
export interface QuarantinePlace {
  readonly processor: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** A message that was set aside; key as text, value in base64. */
export interface QuarantinedMessage extends QuarantinePlace {
  readonly at_ms: Instant;
  readonly reason: string;
  readonly bytes: number;
  readonly key: string | null;
  /** Only when one message is asked for. */
  readonly value?: string | null;
}

const LIST_LIMIT = 500;
const COLUMNS = `processor, topic, partition, "offset", at_ms, reason, key,
  coalesce(length(value), 0)::int4 as bytes`;
const PLACE = 'processor = $1 and topic = $2 and partition = $3 and "offset" = $4';

interface Row extends Omit<QuarantinedMessage, 'key' | 'value'> {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly progress: JsonValue | null;
}

function placeParams({ processor, topic, partition, offset }: QuarantinePlace): unknown[] {
  return [processor, topic, partition, offset];
}

/** The oldest messages, by place; at most 500. */
export async function listQuarantine(database: Database): Promise<QuarantinedMessage[]> {
  const found = await database.query<Omit<Row, 'value' | 'progress'>>(
    `select ${COLUMNS} from quarantine order by at_ms, topic, partition, "offset" limit $1`,
    [LIST_LIMIT],
  );
  return found.rows.map((row) => ({ ...row, key: row.key?.toString() ?? null }));
}

/** One message with its bytes. @throws Rejection NOT_IN_QUARANTINE */
export async function showQuarantined(
  database: Database,
  place: QuarantinePlace,
): Promise<QuarantinedMessage> {
  const row = await rowOf(database, place);
  const { progress: _, key, value, ...rest } = row;
  return { ...rest, key: key?.toString() ?? null, value: value?.toString('base64') ?? null };
}

async function rowOf(query: Pick<Tx, 'query'>, place: QuarantinePlace): Promise<Row> {
  const found = await query.query<Row>(
    `select ${COLUMNS}, value, progress from quarantine where ${PLACE} for update`,
    placeParams(place),
  );
  const row = found.rows[0];
  if (row) return row;
  const { processor, topic, partition, offset } = place;
  const where = `${topic}/${partition} offset ${offset}`;
  throw new Rejection('NOT_IN_QUARANTINE', `${processor} has not set aside ${where}.`);
}

/** Forgets a message for good. @throws Rejection NOT_IN_QUARANTINE */
export async function discardQuarantined(
  database: Database,
  place: QuarantinePlace,
): Promise<void> {
  await database.tx(async (tx) => {
    await rowOf(tx, place);
    await tx.query(`delete from quarantine where ${PLACE}`, placeParams(place));
  });
}

/**
 * Works a message that was set aside as if it came now, behind what came after it. What is decided
 * goes out on the door's lane. Cut short it goes on where it was.
 * @throws Rejection NOT_IN_QUARANTINE, STILL_UNDECODABLE
 */
export async function replayQuarantined(
  door: Door,
  processor: Processor,
  projections: readonly Projection[],
  place: QuarantinePlace,
): Promise<void> {
  for (let isDone = false; !isDone;) {
    await door.decide(async (ctx) => {
      const row = await rowOf(ctx.tx, place);
      const { events, progress } = await work(ctx, row, processor, projections);
      isDone = progress === null;
      const sql = isDone
        ? `delete from quarantine where ${PLACE}`
        : `update quarantine set progress = $5 where ${PLACE}`;
      const more = isDone ? [] : [JSON.stringify(progress)];
      await ctx.tx.query(sql, [...placeParams(place), ...more]);
      return events;
    });
  }
}

async function work(
  door: Ctx,
  row: Row,
  processor: Processor,
  projections: readonly Projection[],
): Promise<{ events: OutEvent[]; progress: JsonValue | null }> {
  const event = eventOf(row);
  const ctx: Ctx = { ...door, shard: row.partition };
  if (row.progress === null) await project(ctx.tx, projections, [event]);
  if ('step' in processor) return processor.step(event, row.progress, ctx);
  return { events: await processor.handle([event], ctx), progress: null };
}

/** The event as a consumer sees it; it has no number of its own any more. */
function eventOf(row: Row): InEvent {
  const { topic, partition, offset } = row;
  if (row.value === null) throw new Rejection('STILL_UNDECODABLE', 'The message has no value.');
  try {
    const decoded = decodeEvent(row.value);
    const key = row.key?.toString() ?? '';
    return { ...decoded, key, topic, partition, lane: 'quarantine', seq: offset } as InEvent;
  } catch (error) {
    if (error instanceof UndecodableMessage || error instanceof UnknownSchemaId) {
      throw new Rejection('STILL_UNDECODABLE', error.message);
    }
    throw new Defect('QUARANTINE_UNREADABLE', String(error));
  }
}
