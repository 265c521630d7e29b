import { emit, type InEvent } from '@mdmr/bus';
import { topicOf, type EventType, type EventValue } from '@mdmr/events';
import { compareReportRows } from '@mdmr/formats';
import { parseInstant } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { piecesOf } from '../project/event-piece.projection.js';
import { headOfCut } from './compose-event.js';
import { recipientsOfCut, type EventReport, type Piece, type PieceHead } from './event-report.js';
import { reportText } from './report-file.js';

/** For specs: an instant as the pages write it. */
export function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === null) throw new Error(`${text} is no instant`);
  return instant;
}

/** For specs: an event as it comes from its topic. */
export function given<T extends EventType>(type: T, value: EventValue<T>): InEvent {
  const out = emit(type, '', value);
  return { ...out, topic: topicOf(type).name, partition: 0, lane: 'spec', seq: 1 } as InEvent;
}

/** What a report tells each recipient, in memory: `recipient/ldc` to the text of each file. */
export async function told(
  report: EventReport,
  events: readonly InEvent[],
  generatedAt: Instant,
): Promise<Record<string, string[]>> {
  const pieces = events.flatMap((event) => piecesOf(report, event));
  const streams = new Map<string, Piece[]>();
  for (const piece of pieces) {
    streams.set(piece.stream, [...(streams.get(piece.stream) ?? []), piece]);
  }
  const files: Record<string, string[]> = {};
  for (const [stream, own] of streams) {
    const heads = own.map((piece): PieceHead => ({ ...piece, rowCount: piece.rows.length }));
    for (const cut of report.cuts(stream, heads)) {
      const rows = cut.heads.flatMap((head) => own[heads.indexOf(head)]!.rows);
      const sorted = report.order === 'GIVEN' ? rows : [...rows].sort(compareReportRows);
      for (const org of recipientsOfCut(cut)) {
        const head = headOfCut(report, cut, org, generatedAt);
        (files[`${org}/${cut.ldc}`] ??= []).push(await reportText(head, [...cut.lead, ...sorted]));
      }
    }
  }
  return files;
}

/** The hub chooses its file ids: a text with the one of the page in its place. */
export function withFileId(text: string, fileId: string): string {
  return text.replace(/^(HDR(?:,[^,]*){4}),F[0-9a-f]{16},/, `$1,${fileId},`);
}
