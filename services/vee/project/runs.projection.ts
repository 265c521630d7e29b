import type { InEvent, Projection } from '@mdmr/bus';
import type { Tx } from '@mdmr/postgres';

/** Final runs that are due, as reporting says. */
export const runsDueProjection: Projection = {
  name: 'runs-due',
  topics: ['mdmr.reporting.runs.v1'],
  async apply(tx, events) {
    for (const event of events) {
      if (event.type === 'reporting.RunDue' && event.value.schedule === 'FINAL') {
        await addDue(tx, event.value);
      }
    }
  },
};

async function addDue(tx: Tx, run: InEvent<'reporting.RunDue'>['value']): Promise<void> {
  await tx.query('insert into estimation_run_due values ($1, $2, $3, $4) on conflict do nothing', [
    run.run_id,
    run.data_day,
    run.as_of_ms,
    run.org,
  ]);
}

/** Estimation runs that are done; a table of its own, so that the two topics may come in any order. */
export const runsDoneProjection: Projection = {
  name: 'runs-done',
  topics: ['mdmr.vee.runs.v1'],
  async apply(tx, events) {
    for (const event of events) {
      if (event.type !== 'vee.EstimationRunCompleted') continue;
      const v = event.value;
      await tx.query(
        'insert into estimation_run_done values ($1, $2, $3, $4, $5, $6) on conflict do nothing',
        [v.run_id, v.data_day, v.as_of_ms, v.org, v.estimated_channel_days, v.at_ms],
      );
    }
  },
};
