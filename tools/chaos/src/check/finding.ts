/** What the checker says is wrong: a name to search for, where, and what was seen. */
export interface Finding {
  readonly code: FindingCode;
  /** A file, a channel day, a lane: where to look. */
  readonly where: string;
  readonly detail: string;
}

export type FindingCode =
  /** A number of a lane never reached its topic. */
  | 'LANE_GAP'
  /** A number came again with other bytes. */
  | 'COPY_DIFFERS'
  /** A message without lane or number, or that no schema of the lock file reads. */
  | 'NOT_AN_EVENT'
  /** A service journalled more than its topic has, or less. */
  | 'NOT_PUBLISHED'
  /** A consumer stands elsewhere than at the end of a topic. */
  | 'NOT_PROJECTED'
  | 'QUARANTINED'
  /** A file in no custody, a value that is neither applied nor held nor rejected. */
  | 'LOST'
  /** A file, value, version or answer that is there twice. */
  | 'DOUBLED'
  /** Counted otherwise than sent. */
  | 'WRONG_COUNT'
  /** A file in another state than it must be. */
  | 'WRONG_STATE'
  /** Energy that differs from what was sent. */
  | 'WRONG_WH'
  /** A store that is not as new as its topic. */
  | 'STALE'
  /** An answer that is missing. */
  | 'NOT_ANSWERED'
  /** A bill that is not the sum of its values. */
  | 'WRONG_BILL'
  /** A rebuilt projection that differs from the live one. */
  | 'REBUILD_DIFFERS'
  /** The suite did not come to rest, or not back. */
  | 'STUCK';

export function finding(code: FindingCode, where: string, detail: string): Finding {
  return { code, where, detail };
}

/** One line for people. */
export function said({ code, where, detail }: Finding): string {
  return `${code} ${where}: ${detail}`;
}
