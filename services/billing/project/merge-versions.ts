import type { EstDay } from '@mdmr/kernel';
import type { ChannelDayRow } from './channel-day-row.js';

/** The versions of one channel day that came in one batch. */
export interface Merged {
  newest: ChannelDayRow;
  older: ChannelDayRow[];
  /** The first version that could be billed; 0 = none yet. */
  firstComplete: number;
  /** The newest version of each cause; 0 = none. */
  read: number;
  edit: number;
  directory: number;
}

function addMarks(one: Merged, { version, cause, isComplete }: ChannelDayRow): void {
  if (isComplete && (one.firstComplete === 0 || version < one.firstComplete)) {
    one.firstComplete = version;
  }
  if (cause === 'READ') one.read = Math.max(one.read, version);
  else if (cause === 'EDIT' || cause === 'ACCEPT') one.edit = Math.max(one.edit, version);
  else if (cause === 'DIRECTORY') one.directory = Math.max(one.directory, version);
}

function addVersion(one: Merged, row: ChannelDayRow): void {
  if (row.version > one.newest.version) {
    one.older.push(one.newest);
    one.newest = row;
  } else {
    one.older.push(row);
  }
  addMarks(one, row);
}

/**
 * Versions of a day that come in one batch become one row and its history. An SDP has few days in a batch,
 * so these are looked through; a key of all three columns would be the dearest part of the projection.
 */
export function mergeVersions(rows: Iterable<ChannelDayRow>): {
  merged: Merged[];
  days: Set<EstDay>;
} {
  const merged: Merged[] = [];
  const days = new Set<EstDay>();
  const bySdp = new Map<string, Merged[]>();
  for (const row of rows) {
    days.add(row.estDay);
    let own = bySdp.get(row.usdpId);
    if (own === undefined) {
      own = [];
      bySdp.set(row.usdpId, own);
    }
    const same = own.find(
      ({ newest }) => newest.estDay === row.estDay && newest.channel === row.channel,
    );
    if (same !== undefined) {
      addVersion(same, row);
      continue;
    }
    const one = { newest: row, older: [], firstComplete: 0, read: 0, edit: 0, directory: 0 };
    addMarks(one, row);
    own.push(one);
    merged.push(one);
  }
  return { merged, days };
}
