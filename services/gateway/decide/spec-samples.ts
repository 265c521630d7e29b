/** Files and organizations for the specs of this room. */
import { FileScanner } from '@mdmr/formats';
import type { FileScan } from '@mdmr/formats';
import { parseInstant } from '@mdmr/kernel';
import type { ParticipantsView } from './judge-file.js';

export const at = (text: string) => parseInstant(`${text}-05:00`)!;

export const SMALL_LIMITS = {
  maxFileBytes: 2000,
  maxRecords: 8,
  maxLineBytes: 300,
  maxRequests: 4,
};

/** Scans lines joined by LF. */
export function scanned(...lines: string[]): FileScan {
  const scanner = new FileScanner(SMALL_LIMITS, { segmentBytes: 150 });
  scanner.push(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  return scanner.finish();
}

/** MAPLE and OAK are LDCs; NORTHAMI reads NA1 for MAPLE; BILLCO bills MAPLE until 3 July 12:00. */
export const participants: ParticipantsView = {
  isRegistered: (org) => ['MAPLE', 'OAK', 'NORTHAMI', 'BILLCO'].includes(org),
  hasRole: (org, role) => role === 'LDC' && ['MAPLE', 'OAK'].includes(org),
  mayAct: (ldc, agent, fn, instant) =>
    ldc === 'MAPLE' &&
    agent === 'BILLCO' &&
    fn === 'BILLING' &&
    instant < at('2026-07-03T12:00:00'),
  mayRead: (org, format) => org === 'NORTHAMI' && format === 'CMEP',
};

export const CMEP_LINE =
  'MEPMD01,19970819,NA1,,MDMR,,202607031055,M-7777,OK,E,KWH,1,00000100,2,202607030100,R,0.4,,R,0.3';

export function usdpReq(sender = 'MAPLE', ldc = sender, fileId = 'MP-U-1'): string {
  return `HDR,USDP-REQ,1,${sender},${ldc},${fileId},2026-04-29T09:00:00-05:00`;
}

export function syncPart(kind: string, rest: string): string {
  return `HDR,${kind},1,MAPLE,MAPLE,MP-S-2.1,2026-07-02T15:38:00-05:00,${rest}`;
}

export function bqReq(windowEnd: string, sender = 'BILLCO', ldc = 'MAPLE'): string {
  return `HDR,BQ-REQ,1,${sender},${ldc},BC-Q-7,2026-07-03T09:00:00-05:00${windowEnd}`;
}
