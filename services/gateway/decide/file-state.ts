/** What is known of a file in custody: how it was taken, and what its service has said since. */
export interface FileRecord {
  readonly verdict: 'RECEIVED' | 'REFUSED' | 'REPEATED';
  readonly unit: 'RECORD' | 'VALUE';
  /** Records or values it brought; of a refused file its lines. */
  readonly brought: number;
  /** Of a meter file. */
  readonly segments: number;
  readonly progress: Progress;
}

/** Sums and marks; each comes once, in whatever order their topics are read. */
export interface Progress {
  /** Its service works it. */
  readonly taken: boolean;
  /** Its service refused it whole: a sync part against its set. */
  readonly refused: boolean;
  /** Its set ended unapplied and its bytes went back. */
  readonly returned: boolean;
  readonly segmentsDecided: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly held: number;
  readonly rejected: number;
}

export type FileState = 'RECEIVED' | 'DECIDED' | 'OPEN' | 'REFUSED' | 'REPEATED' | 'RETURNED';

/** The account of a file: in = applied + held + rejected + pending. */
export interface FileAccount {
  readonly state: FileState;
  readonly in: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly held: number;
  readonly rejected: number;
  readonly pending: number;
}

const NOTHING = { applied: 0, unchanged: 0, superseded: 0, held: 0, rejected: 0, pending: 0 };

export function accountOf(record: FileRecord): FileAccount {
  const { verdict, brought, progress } = record;
  if (verdict === 'REPEATED') return { state: 'REPEATED', in: 0, ...NOTHING };
  if (verdict === 'REFUSED' || progress.refused || progress.returned) {
    const state = progress.returned ? 'RETURNED' : 'REFUSED';
    return { state, in: brought, ...NOTHING, rejected: brought };
  }
  const { applied, unchanged, superseded, held, rejected } = progress;
  const counted = applied + held + rejected;
  const isWorking = record.unit === 'VALUE' && progress.segmentsDecided < record.segments;
  // What a meter file brought is an estimate from its counts until every line was read.
  const all = record.unit === 'RECORD' || isWorking ? Math.max(brought, counted) : counted;
  const pending = all - counted;
  const isTaken = progress.taken || counted > 0;
  const state = !isTaken ? 'RECEIVED' : pending > 0 || isWorking ? 'OPEN' : 'DECIDED';
  return { state, in: all, applied, unchanged, superseded, held, rejected, pending };
}
