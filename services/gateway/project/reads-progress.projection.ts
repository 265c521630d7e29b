import type { InEvent, Projection } from '@mdmr/bus';
import { addLines, addProgress } from './progress.js';
import type { LineDelta, ProgressDelta } from './progress.js';

/** Meter files: values counted segment by segment, and again when the directory moves them. */
export const readsProgressProjection: Projection = {
  name: 'reads-progress',
  topics: ['mdmr.reads.file-results.v1'],
  async apply(tx, events) {
    await addProgress(tx, events.flatMap(deltasOf));
    await addLines(tx, events.flatMap(linesOf));
  },
};

function deltasOf(event: InEvent): ProgressDelta[] {
  if (event.type === 'reads.CustodyChanged') {
    const { custody_id: custodyId, applied, unchanged, superseded, held, rejected } = event.value;
    return [{ custodyId, applied, unchanged, superseded, held, rejected }];
  }
  if (event.type !== 'reads.SegmentDecided') return [];
  const { custody_id: custodyId, last, totals } = event.value;
  const closed = last ? [{ custodyId, segmentsDecided: 1 }] : [];
  const counted = totals.map(({ applied, unchanged, superseded, held, rejected }) => ({
    custodyId,
    applied,
    unchanged,
    superseded,
    held,
    rejected,
  }));
  return [...closed, ...counted];
}

function linesOf(event: InEvent): LineDelta[] {
  if (event.type === 'reads.SegmentDecided') {
    const { custody_id: custodyId, rows } = event.value;
    return rows.flatMap(({ line, reason, held, rejected }) =>
      notApplied([
        { custodyId, line, state: 'HELD', reason, values: held },
        { custodyId, line, state: 'REJECTED', reason, values: rejected },
      ]),
    );
  }
  if (event.type !== 'reads.CustodyChanged') return [];
  const { custody_id: custodyId, lines } = event.value;
  return lines.flatMap(({ line, was_state, was_reason, state, reason, values }) =>
    notApplied([
      { custodyId, line, state: was_state, reason: was_reason ?? '', values: -values },
      { custodyId, line, state, reason: reason ?? '', values },
    ]),
  );
}

function notApplied(deltas: LineDelta[]): LineDelta[] {
  return deltas.filter(({ state, values }) => state !== 'APPLIED' && values !== 0);
}
