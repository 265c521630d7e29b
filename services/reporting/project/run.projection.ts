import type { InEvent, Projection } from '@mdmr/bus';
import type { Tx } from '@mdmr/postgres';

/** Runs as they are due and reported; a handful a day. */
export const runProjection: Projection = {
  name: 'run',
  topics: ['mdmr.reporting.runs.v1'],
  async apply(tx, events) {
    for (const event of events) await applyOne(tx, event);
  },
};

async function applyOne(tx: Tx, event: InEvent): Promise<void> {
  if (event.type === 'reporting.RunDue') {
    const v = event.value;
    await tx.query('insert into run values ($1, $2, $3, $4, $5, $6, $7, $8, null, null)', [
      v.run_id,
      v.schedule,
      v.data_day,
      v.as_of_ms,
      v.org,
      v.number,
      v.late,
      v.asked,
    ]);
  }
  if (event.type === 'reporting.RunReported') {
    const v = event.value;
    await tx.query('update run set reported_at_ms = $2, files = $3 where run_id = $1', [
      v.run_id,
      v.at_ms,
      v.files,
    ]);
  }
}
