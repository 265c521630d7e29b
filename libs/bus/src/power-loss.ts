import type { Database } from '@mdmr/postgres';
import type { Log } from './types.js';

/** Ends of a topic's partitions: the offset that the next message gets. */
export type EndsOf = (topic: string) => Promise<ReadonlyMap<number, number>>;

interface Head {
  readonly lane: string;
  readonly topic: string;
  readonly partition: number;
  readonly published: number;
  readonly published_offset: number;
}

/**
 * A broker acknowledges before its disk has everything: after a power loss the last messages of a
 * partition may be missing that `head` says are published. Compares each head with the end of its
 * partition and takes back what may be lost, so that it is sent again. Of a lane at most as many
 * messages are missing as offsets are, up to its last one; more are sent again than were lost,
 * which costs copies.
 * @returns how many messages are to be sent again at most
 */
export async function takeBackLost(database: Database, endsOf: EndsOf, log: Log): Promise<number> {
  const found = await database.query<Head>(
    `select lane, topic, partition, published, published_offset from head
     where published_offset is not null order by topic, partition, lane`,
  );
  let taken = 0;
  for (const [topic, heads] of Map.groupBy(found.rows, (head) => head.topic)) {
    const ends = await endsOf(topic);
    for (const head of heads) {
      const missing = head.published_offset + 1 - (ends.get(head.partition) ?? 0);
      if (missing <= 0) continue;
      const back = Math.min(missing, head.published);
      await database.query(
        `update head set published = published - $4, published_offset = null
         where lane = $1 and topic = $2 and partition = $3 and published_offset = $5`,
        [head.lane, topic, head.partition, back, head.published_offset],
      );
      taken += back;
      const name = `${topic}/${head.partition}`;
      log('warn', `${name} ends before what ${head.lane} has published: ${back} are sent again`);
    }
  }
  return taken;
}
