import type { Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';

/** Estimation runs: each asks for a comparison of what was delivered. */
export const estimationRunProjection: Projection = {
  name: 'estimation-run',
  topics: ['mdmr.vee.runs.v1'],
  async apply(tx, events) {
    for (const event of events) {
      if (event.type !== 'vee.EstimationRunCompleted') continue;
      const { run_id, data_day, as_of_ms, org, at_ms } = event.value;
      await tx.query(
        'insert into estimation_run values ($1, $2, $3, $4, $5) on conflict do nothing',
        [run_id, data_day, as_of_ms, org, at_ms],
      );
    }
  },
};

/** What BR03 told of each segment and channel, by the delivery it was told against; and ended runs. */
export const rebillingProjection: Projection = {
  name: 'rebilling',
  topics: ['mdmr.billing.runs.v1'],
  async apply(tx, events) {
    for (const event of events) {
      if (event.type !== 'billing.RebillingCompared') continue;
      const v = event.value;
      await bulkInsert(tx, {
        table: 'told',
        columns: [
          { name: 'bq_id', type: 'text' },
          { name: 'start_day', type: 'int4' },
          { name: 'end_day', type: 'int4' },
          { name: 'channel', type: 'text' },
          { name: 'delivery_no', type: 'int4' },
          { name: 'segment_no', type: 'int4' },
          { name: 'hash', type: 'text' },
          { name: 'run_id', type: 'text' },
          { name: 'at_ms', type: 'int8' },
        ],
        rows: v.rows.map((row) => [
          row.bq_id,
          row.segment_start_day,
          row.segment_end_day,
          row.channel,
          row.delivery_no,
          row.segment_no,
          row.new_hash,
          v.run_id,
          v.at_ms,
        ]),
        onConflict: `on conflict (bq_id, start_day, end_day, channel) do update set
          delivery_no = excluded.delivery_no, segment_no = excluded.segment_no,
          hash = excluded.hash, run_id = excluded.run_id, at_ms = excluded.at_ms`,
      });
      if (!v.last) continue;
      await tx.query('insert into rebilling_run values ($1, $2, $3, $4) on conflict do nothing', [
        v.run_id,
        v.as_of_ms,
        v.org,
        v.at_ms,
      ]);
    }
  },
};
