/** The synchronization sets of the story. */
import type { EstDay, Instant } from '@mdmr/kernel';
import { SYNC_KINDS, inboundName, kindFileBytes } from '@mdmr/formats';
import { CROSSED, EXCHANGED, NEW_METER_ID, type Point } from './cast.js';
import { DISCONNECTED_FROM, FIELD_DAY, TOU_FROM } from './dates.js';
import { DISCONNECTED, MOVED, REFRAMED, noRows, type Papers, type Rows } from './directory-rows.js';
import { CHANGED_MODULE } from './incidents.js';
import type { SentFile } from './read-files.js';

export interface SetHeader {
  readonly ldc: string;
  readonly setId: string;
  readonly sequence: number;
  readonly mode: 'PSYNC' | 'ISYNC';
  readonly createdAt: Instant;
}

/** The six files of a set. */
export function setFiles(header: SetHeader, rows: Rows): SentFile[] {
  const { ldc, setId, sequence, mode, createdAt } = header;
  return SYNC_KINDS.map((kind, i) => {
    const part = String(i + 1);
    const fileId = `${setId}.${part}`;
    const extra = { mode, set_id: setId, set_sequence: sequence, part, parts: '6' };
    const fields = { sender: ldc, onBehalfOf: ldc, fileId, createdAt, extra };
    const content = kindFileBytes(kind, fields, rows[i]!);
    return { org: ldc, name: inboundName(ldc, kind.kind, fileId), content };
  });
}

/** The same file with one record too many in its trailer. */
export function withWrongTrailer(file: SentFile): SentFile {
  const text = file.content.toString('utf8');
  const wrong = text.replace(/TRL,(\d+)\n$/, (_, count: string) => `TRL,${Number(count) + 1}\n`);
  return { ...file, content: Buffer.from(wrong) };
}

/** Refused for what they say, and for what they contradict; put right the day after. */
export const BAD_POSTAL_CODE = 'MP-0036';
export const BAD_RATE_CLASS = 'MP-0040';
export const CONFLICT = { sdpId: 'MP-0001', meterOf: 'MP-0030' } as const;

/** What the field work of the day and the office's repairs come to. */
export function fieldWorkRows(papers: Papers, newHome: Point): Rows {
  const point = (sdpId: string) => papers.point(sdpId);
  const [first, second] = CROSSED.map(point) as [Point, Point];
  const exchanged = point(EXCHANGED);
  const oldMeter = papers.meterOnPaper(exchanged);
  const newMeter = papers.meterById(NEW_METER_ID);
  const conflicting = papers.meterOnPaper(point(CONFLICT.meterOf));
  const moduleMeter = papers.meterOnPaper(point(CHANGED_MODULE.sdpId));
  const tou = { from: TOU_FROM, framing: 'TOU', calendar: 'ON-TOU' };
  return [
    [
      papers.sdp(point(DISCONNECTED), { status: 'DISCONNECTED', from: DISCONNECTED_FROM }),
      papers.sdp(point(BAD_POSTAL_CODE), { postalCode: 'K0A 1B', from: FIELD_DAY }),
      papers.sdp(newHome),
      ...papers.attributes(newHome),
    ],
    [
      papers.meter(newMeter),
      papers.meter(moduleMeter, CHANGED_MODULE.from),
      papers.meter(papers.meterOnPaper(newHome)),
    ],
    [
      papers.installation(exchanged, oldMeter),
      papers.installation(exchanged, newMeter),
      papers.withdrawal(first, papers.meterOnPaper(first)),
      papers.withdrawal(second, papers.meterOnPaper(second)),
      papers.installation(first, papers.meterOnPaper(second)),
      papers.installation(second, papers.meterOnPaper(first)),
      papers.installation(newHome, papers.meterOnPaper(newHome)),
      papers.installation(point(CONFLICT.sdpId), conflicting),
    ],
    [...papers.accountsOfMove(point(MOVED)), papers.account(newHome)],
    papers.organizations(newHome),
    [
      papers.service(point(REFRAMED), tou),
      papers.service(newHome),
      papers.service(point(BAD_RATE_CLASS), { from: FIELD_DAY, rateClass: 'R9' }),
    ],
  ];
}

/** The two records that were refused, right. */
export function correctionRows(papers: Papers, from: EstDay): Rows {
  const rows = noRows();
  rows[0].push(papers.sdp(papers.point(BAD_POSTAL_CODE), { postalCode: 'K0A 1B1', from }));
  rows[5].push(papers.service(papers.point(BAD_RATE_CLASS), { from, rateClass: 'R2' }));
  return rows;
}
