/** Events of two topics that the specs of the bus send through a service that only answers. */
import { emit, type OutEvent } from '@mdmr/bus';

export const SEGMENTS = 'mdmr.gateway.segments.v1';
export const RESULTS = 'mdmr.reads.file-results.v1';

export function segment(key: string, n: number): OutEvent {
  return emit('gateway.SegmentReady', key, {
    at_ms: 1,
    custody_id: key,
    custody_seq: 1,
    custody_at_ms: 1,
    org: 'A',
    file_id: 'F',
    file_name: 'f',
    sha256: '',
    format: 'CMEP',
    segment: n,
    segments: 1,
    first_line: 1,
    byte_from: 0,
    byte_to: 0,
  });
}

/** The answer to a segment; `n` says to which. */
export function answer(key: string, n: number, now: number): OutEvent {
  const none = { unchanged: 0, superseded: 0, held: 0, rejected: 0, lines: [] };
  return emit('reads.CustodyChanged', key, { at_ms: now, custody_id: key, applied: n, ...none });
}
