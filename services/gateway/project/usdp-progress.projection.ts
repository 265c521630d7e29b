import type { Projection } from '@mdmr/bus';
import { addLines, addProgress } from './progress.js';

/** USDP requests: what was issued, what was refused. Decided with the last chunk. */
export const usdpProgressProjection: Projection = {
  name: 'usdp-progress',
  topics: ['mdmr.usdp.issuances.v1'],
  async apply(tx, events) {
    const chunks = events.flatMap((event) =>
      event.type === 'usdp.UsdpRequestDecided' ? [event.value] : [],
    );
    await addProgress(
      tx,
      chunks.map(({ custody_id, last, issued, rejected }) => ({
        custodyId: custody_id,
        taken: last ? 1 : 0,
        applied: issued.length,
        rejected: rejected.length,
      })),
    );
    await addLines(
      tx,
      chunks.flatMap(({ custody_id: custodyId, rejected }) =>
        rejected.map(({ line, reason }) => ({
          custodyId,
          line,
          state: 'REJECTED',
          reason,
          values: 1,
        })),
      ),
    );
  },
};
