import {
  badHeaderField,
  fileIdOf,
  FILE_REASONS,
  findInboundKind,
  headerValues,
  isPartMismatch,
  METER_FILE_REASONS,
  parseHeader,
} from '@mdmr/formats';
import type { FileHeader, FileReason, FileScan, FileTrouble, KindDef } from '@mdmr/formats';
import { DAY_MS, formatInstant, parseInstant } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';

/** What the gateway must know of organizations. */
export interface ParticipantsView {
  isRegistered(org: string): boolean;
  hasRole(org: string, role: string): boolean;
  /** The LDC delegates the function to the agent at the instant. */
  mayAct(ldc: string, agent: string, fn: string, at: Instant): boolean;
  /**
   * The organization has a head-end of the format for an LDC that it is or that delegates READS to
   * it.
   */
  mayRead(org: string, format: string, at: Instant): boolean;
}

/** An earlier file of the sender whose file_id is not free. */
export interface EarlierFile {
  readonly custodyId: string;
  readonly sha256: string;
  readonly receivedAt: Instant;
  /** false: its service has not said yet whether it takes the file. */
  readonly decided: boolean;
}

export interface FileFacts {
  /** Authenticated sender. */
  readonly org: string;
  readonly sha256: string;
  readonly scan: FileScan;
  /** Instant of custody. */
  readonly at: Instant;
  readonly participants: ParticipantsView;
  readonly earlier: EarlierFile | null;
  readonly windowMaxDays: number;
}

export type Verdict =
  | { readonly is: 'ACCEPTED' }
  | { readonly is: 'REFUSED'; readonly trouble: FileTrouble }
  | { readonly is: 'REPEATED'; readonly of: string }
  /** Its file_id belongs to a file that is not decided yet: to be judged again later. */
  | { readonly is: 'WAITS' };

const MAX_DETAIL = 200;

/** Judges a file whole: the first reason in the order of the exchange files page, else accepted. */
export function judgeFile(facts: FileFacts): Verdict {
  const { scan, earlier } = facts;
  const isMeterFile = scan.format === 'CMEP';
  const header = headerOf(scan);
  for (const reason of isMeterFile ? METER_FILE_REASONS : FILE_REASONS) {
    if (reason === 'DUPLICATE_FILE_ID' && earlier !== null) return againstEarlier(facts, earlier);
    const found = scan.troubles.find((trouble) => trouble.reason === reason);
    if (found !== undefined) return { is: 'REFUSED', trouble: found };
    const detail = isMeterFile ? whyNoMeterFile(reason, facts) : whyNot(reason, facts, header);
    if (detail !== null) return refused(reason, detail);
  }
  return { is: 'ACCEPTED' };
}

/** The file_id by which a file is known: its own, else `x` and the first 16 digits of its hash. */
export function fileIdFor(scan: FileScan, sha256: string): string {
  return fileIdOf(headerOf(scan)) ?? `x${sha256.slice(0, 16)}`;
}

/** The header of a CSV file; what it lacks is the empty text. Null: it has none that parses. */
export function headerOf(scan: FileScan): FileHeader | null {
  return scan.format === 'CSV' && scan.header !== null ? parseHeader(scan.header) : null;
}

function againstEarlier(facts: FileFacts, earlier: EarlierFile): Verdict {
  if (!earlier.decided) return { is: 'WAITS' };
  if (earlier.sha256 === facts.sha256) return { is: 'REPEATED', of: earlier.custodyId };
  return refused('DUPLICATE_FILE_ID', formatInstant(earlier.receivedAt));
}

function refused(reason: FileReason, detail: string): Verdict {
  return { is: 'REFUSED', trouble: { reason, line: 1, detail: detail.slice(0, MAX_DETAIL) } };
}

function whyNoMeterFile(reason: FileReason, { participants, org, at }: FileFacts): string | null {
  if (reason !== 'NOT_AUTHORIZED') return null;
  return participants.mayRead(org, 'CMEP', at) ? null : 'READS';
}

/** The detail to tell if the reason holds for a CSV file, else null. */
function whyNot(reason: FileReason, facts: FileFacts, header: FileHeader | null): string | null {
  const check = CHECKS[reason];
  if (check === undefined || header === null) return null;
  return check({ ...facts, header, kind: findInboundKind(header.kind) });
}

interface CsvFacts extends FileFacts {
  readonly header: FileHeader;
  /** Not null behind UNKNOWN_KIND. */
  readonly kind: KindDef | null;
}

/** Each check may rely on those before it in the order of the reasons. */
const CHECKS: Partial<Record<FileReason, (facts: CsvFacts) => string | null>> = {
  UNKNOWN_KIND: ({ kind }) => (kind === null ? '' : null),

  UNKNOWN_VERSION: ({ header }) => (header.version === '1' ? null : header.version),

  UNKNOWN_SENDER: ({ header, participants }) =>
    participants.isRegistered(header.sender) ? null : header.sender,

  SENDER_MISMATCH: ({ header, org }) => (header.sender === org ? null : header.sender),

  // A USDP-REQ is taken for any organization: its lines are then WRONG_LDC, told in US01.
  UNKNOWN_LDC: ({ header, kind, participants }) => {
    const { onBehalfOf } = header;
    const needsRole = kind!.kind !== 'USDP-REQ';
    const known = needsRole
      ? participants.hasRole(onBehalfOf, 'LDC')
      : participants.isRegistered(onBehalfOf);
    return known ? null : onBehalfOf;
  },

  NOT_AUTHORIZED: ({ header, kind, participants, at }) => {
    const { sender, onBehalfOf } = header;
    const needed = kind!.function!;
    if (sender === onBehalfOf) return null;
    return participants.mayAct(onBehalfOf, sender, needed, at) ? null : needed;
  },

  BAD_HEADER: ({ header, kind }) => badHeaderField(kind!, header),

  PART_KIND_MISMATCH: ({ header, kind }) => {
    if (!isPartMismatch(kind!, header)) return null;
    return `part ${headerValues(kind!, header)['part']} kind ${header.kind}`;
  },

  BAD_WINDOW: ({ header, kind, at, windowMaxDays }) => {
    const text = headerValues(kind!, header)['window_end'] ?? '';
    const end = parseInstant(text);
    if (end === null) return null;
    return end <= at || end > at + windowMaxDays * DAY_MS ? text : null;
  },
};
