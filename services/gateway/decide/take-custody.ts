import type { OutEvent } from '@mdmr/bus';
import { topicOf } from '@mdmr/events';
import { createdAtOf, isToldToSenderAlone } from '@mdmr/formats';
import type { FileScan, FileTrouble } from '@mdmr/formats';
import { partitionOf } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { fileIdFor, headerOf, judgeFile } from './judge-file.js';
import type { EarlierFile, ParticipantsView } from './judge-file.js';

/** Some hundred lines: worked in the wink of an eye. */
const SMALL_BYTES = 256 * 1024;
const SMALL_PARTITION = 0;

/** A file as it came in, scanned; its bytes lie in the file store. */
export interface ArrivedFile {
  readonly custodyId: string;
  /** Authenticated sender. */
  readonly org: string;
  readonly door: string;
  readonly name: string;
  readonly sha256: string;
  readonly scan: FileScan;
}

export interface CustodyState {
  /** Instant of custody, never earlier than that of the file before. */
  readonly at: Instant;
  /** Place in the total custody order. */
  readonly seq: number;
  readonly participants: ParticipantsView;
  /** The file that holds the sender's file_id, if any. */
  readonly earlier: EarlierFile | null;
  /** file_ids of the hub's answers to the earlier file so far. */
  readonly answers: readonly string[];
  readonly windowMaxDays: number;
}

/**
 * Takes a file into custody: received, refused or a repeat. No events: it must wait, see
 * judgeFile().
 */
export function takeCustody(file: ArrivedFile, state: CustodyState): OutEvent[] {
  const { org, scan, sha256 } = file;
  const verdict = judgeFile({ ...state, org, sha256, scan });
  if (verdict.is === 'WAITS') return [];
  const common: Common = {
    at_ms: state.at,
    custody_id: file.custodyId,
    custody_seq: state.seq,
    org,
    door: file.door,
    name: file.name,
    sha256,
    bytes: scan.bytes,
    kind: kindAsRead(scan),
    file_id: fileIdFor(scan, sha256),
  };
  if (verdict.is === 'REFUSED') {
    const value = { ...common, ...refusal(file, state, verdict.trouble) };
    return [{ type: 'gateway.FileRefused', key: org, value }];
  }
  if (verdict.is === 'REPEATED') {
    const value = { ...common, of_custody_id: verdict.of, files: [...state.answers] };
    return [{ type: 'gateway.FileRepeated', key: org, value }];
  }
  return scan.format === 'CMEP' ? meterFile(file, common) : [csvFile(scan, common, state)];
}

/** Fields that every event about a file in custody begins with. */
interface Common {
  readonly at_ms: Instant;
  readonly custody_id: string;
  readonly custody_seq: number;
  readonly org: string;
  readonly door: string;
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly kind: string;
  readonly file_id: string;
}

function csvFile(scan: FileScan, common: Common, { participants }: CustodyState): OutEvent {
  const header = headerOf(scan)!;
  const ldc = header.onBehalfOf;
  const value = {
    ...common,
    unit: 'RECORD',
    sender_org: header.sender,
    ldc,
    ldc_has_role: participants.hasRole(ldc, 'LDC'),
    created_at_ms: createdAtOf(header),
    header: [...scan.header!],
    records: scan.records,
    segments: null,
  };
  return { type: 'gateway.FileReceived', key: common.org, value };
}

/** A meter file goes out as a whole and as segments, which all readers share. */
function meterFile({ scan }: ArrivedFile, common: Common): OutEvent[] {
  const { at_ms, custody_id, custody_seq, org, file_id, name, sha256 } = common;
  const segments = scan.segments.length;
  const received = {
    ...common,
    unit: 'VALUE',
    sender_org: org,
    ldc: null,
    ldc_has_role: false,
    created_at_ms: null,
    header: [],
    records: scan.values,
    segments,
  };
  const isSmall = segments === 1 && scan.bytes <= SMALL_BYTES;
  const ready = scan.segments.map((cut, segment): OutEvent => {
    const value = {
      at_ms,
      custody_id,
      custody_seq,
      custody_at_ms: at_ms,
      org,
      file_id,
      file_name: name,
      sha256,
      format: 'CMEP',
      segment,
      segments,
      first_line: cut.firstLine,
      byte_from: cut.start,
      byte_to: cut.end,
    };
    const key = segmentKey(custody_id, segment, isSmall);
    return { type: 'gateway.SegmentReady', key, value };
  });
  return [{ type: 'gateway.FileReceived', key: org, value: received }, ...ready];
}

/**
 * Small files have a partition of the topic for themselves, where no large one is before them; the
 * key says so, as the partition follows from it alone.
 */
function segmentKey(custodyId: string, segment: number, isSmall: boolean): string {
  const { partitions } = topicOf('gateway.SegmentReady');
  for (let n = 0; ; n += 1) {
    const key = `${custodyId}#${segment}${n === 0 ? '' : `.${n}`}`;
    const isForSmall = partitionOf(key, partitions) === SMALL_PARTITION;
    if (partitions === 1 || isForSmall === isSmall) return key;
  }
}

function refusal(file: ArrivedFile, { participants }: CustodyState, trouble: FileTrouble) {
  const { scan } = file;
  const header = headerOf(scan);
  const behalf = header?.onBehalfOf ?? '';
  const ldc = participants.hasRole(behalf, 'LDC') ? behalf : null;
  return {
    sender_org: header?.sender || null,
    ldc,
    to_ldc: ldc !== null && !isToldToSenderAlone(trouble.reason),
    line: trouble.line,
    reason: trouble.reason,
    detail: trouble.detail,
    rejected: scan.records,
  };
}

function kindAsRead(scan: FileScan): string {
  return scan.format === 'CSV' ? (headerOf(scan)?.kind ?? '') : (scan.format ?? '');
}
