import { CmepReader, forEachCmepLine, type CmepLine } from '@mdmr/formats';
import type { Participants } from '@mdmr/directory';
import type { EstDay } from '@mdmr/kernel';
import type { FileStore } from '@mdmr/service';
import { LocalClockScan, readLine, type HeadEnd, type ReadLine } from '../decide/index.js';

/** Limits of one step. Lines are mostly one channel day each, but may touch 48. */
const STEP_LINES = 2_000;
const STEP_BLOCKS = 6_000;

/** Where a step starts: a byte of the file and the number of its line there. */
export interface Position {
  readonly offset: number;
  readonly line: number;
}

/** Lines of one step, and where the next one starts; null at the end of the segment. */
export interface ReadPart {
  readonly lines: ReadLine[];
  readonly next: Position | null;
}

const FORMAT = 'CMEP';

/**
 * Head-ends that field 3 may name in files of a sender: the AMCC id, or its own id if it has one.
 */
export function headEndsOf(
  participants: Participants,
  sender: string,
): (senderName: string) => HeadEnd | undefined {
  const own = participants.amccsOfOrg(sender).filter((h) => h.format === FORMAT);
  const byName = new Map<string, HeadEnd>(own.map((h) => [h.amccId, h]));
  const only = own.length === 1 ? own[0] : undefined;
  return (name) => byName.get(name) ?? (name === sender ? only : undefined);
}

/** Reads some lines of bytes [position.offset, byteTo) of a file. */
export async function readPart(
  files: FileStore,
  sha256: string,
  position: Position,
  byteTo: number,
  utc: (senderName: string) => boolean,
): Promise<ReadPart> {
  const reader = new CmepReader({ utc, firstLine: position.line });
  const lines: ReadLine[] = [];
  let blocks = 0;
  const isFull = (): boolean => lines.length >= STEP_LINES || blocks >= STEP_BLOCKS;
  const take = (): void => {
    while (!isFull()) {
      const line: CmepLine | null = reader.next();
      if (line === null) return;
      const read = readLine(line);
      lines.push(read);
      blocks += read.days.length;
    }
  };
  // The reader wants all lines of a chunk taken before the next; a full step leaves the rest.
  for await (const chunk of files.read(sha256, { start: position.offset, end: byteTo })) {
    reader.push(chunk);
    take();
    if (isFull()) break;
  }
  if (!isFull()) {
    reader.finish();
    take();
  }
  const offset = position.offset + reader.nextOffset;
  const line = (lines.at(-1)?.line ?? position.line - 1) + 1;
  return { lines, next: lines.length > 0 && offset < byteTo ? { offset, line } : null };
}

/** Verdicts of files looked at lately; a file is looked at by each of its segments. */
const VERDICTS_KEPT = 16;

/** Whole-file looks for local clocks, needed only by files with values of a clock-change date. */
export class LocalClocks {
  private readonly verdicts = new Map<string, Promise<Map<string, Set<EstDay>>>>();

  constructor(
    private readonly files: FileStore,
    private readonly share: number,
  ) {}

  /** Dates on which the head-ends of a file show a local clock, by AMCC. */
  verdictOf(
    custodyId: string,
    sha256: string,
    headEnd: (senderName: string) => HeadEnd | undefined,
  ): Promise<Map<string, Set<EstDay>>> {
    let verdict = this.verdicts.get(custodyId);
    if (!verdict) {
      verdict = this.scan(sha256, headEnd);
      verdict.catch(() => this.verdicts.delete(custodyId));
      this.verdicts.set(custodyId, verdict);
      const oldest = this.verdicts.keys().next().value!;
      if (this.verdicts.size > VERDICTS_KEPT) this.verdicts.delete(oldest);
    }
    return verdict;
  }

  private async scan(
    sha256: string,
    headEnd: (senderName: string) => HeadEnd | undefined,
  ): Promise<Map<string, Set<EstDay>>> {
    const scan = new LocalClockScan();
    const utc = (name: string): boolean => headEnd(name)?.stamps === 'UTC';
    await forEachCmepLine(this.files.read(sha256), { utc }, (line) => {
      const owner = headEnd(line.sender);
      if (line.reason !== null || !owner) return;
      const read = readLine(line);
      if (read.reason !== null) return;
      const { channel, intervalMinutes, changeStamps } = read;
      scan.addLine(owner.amccId, read.deviceId, channel, intervalMinutes, changeStamps);
    });
    return scan.verdict(this.share);
  }
}
