import type { EventValue } from '@mdmr/events';
import type { Projection } from '@mdmr/bus';
import { bulkInsert, type Tx } from '@mdmr/postgres';

type Compared = EventValue<'billing.RebillingCompared'>;

/** What billing compared in final runs, for BR03, and which runs it has finished. */
export const rebillingProjection: Projection = {
  name: 'rebilling',
  topics: ['mdmr.billing.runs.v1'],
  async apply(tx, events) {
    for (const event of events) {
      if (event.type !== 'billing.RebillingCompared') continue;
      await storeRows(tx, event.value);
      if (event.value.last) await finish(tx, event.value);
    }
  },
};

async function storeRows(tx: Tx, v: Compared): Promise<void> {
  await bulkInsert(tx, {
    table: 'rebill_row',
    columns: [
      { name: 'run_id', type: 'text' },
      { name: 'ldc', type: 'text' },
      { name: 'bq_id', type: 'text' },
      { name: 'segment_no', type: 'int4' },
      { name: 'segment_start_day', type: 'int4' },
      { name: 'segment_end_day', type: 'int4' },
      { name: 'channel', type: 'text' },
      { name: 'usdp_id', type: 'text' },
      { name: 'facts', type: 'jsonb' },
    ],
    rows: v.rows.map((row) => [
      v.run_id,
      v.ldc,
      row.bq_id,
      row.segment_no,
      row.segment_start_day,
      row.segment_end_day,
      row.channel,
      row.usdp_id,
      row,
    ]),
  });
}

async function finish(tx: Tx, v: Compared): Promise<void> {
  await tx.query('insert into run_compared values ($1, $2) on conflict do nothing', [
    v.run_id,
    v.at_ms,
  ]);
}
