/** USDP requests and billing requests. */
import type { EstDay, Instant } from '@mdmr/kernel';
import { BQ_REQ, CODES, USDP_REQ, inboundName, kindFileBytes } from '@mdmr/formats';
import type { Point } from './cast.js';
import type { SentFile } from './read-files.js';

export function usdpRequest(
  ldc: string,
  fileId: string,
  createdAt: Instant,
  points: readonly Pick<Point, 'sdpId' | 'address'>[],
): SentFile {
  const records = points.map(({ sdpId, address }) => {
    return { type: 'SDP', values: { sdp_id: sdpId, service_address: address } };
  });
  const header = { sender: ldc, onBehalfOf: ldc, fileId, createdAt };
  const content = kindFileBytes(USDP_REQ, header, records);
  return { org: ldc, name: inboundName(ldc, 'USDP-REQ', fileId), content };
}

/** One REQ. */
export interface Item {
  readonly usdpId: string;
  readonly start: EstDay;
  readonly end: EstDay;
  readonly accountId?: string;
  readonly purpose?: 'CYCLE' | 'FINAL' | 'REBILL' | 'ADJUST' | 'ADHOC';
}

export interface RequestHeader {
  readonly sender: string;
  readonly ldc: string;
  readonly fileId: string;
  readonly createdAt: Instant;
  readonly windowEnd: Instant | null;
}

export function billingRequest(header: RequestHeader, items: readonly Item[]): SentFile {
  const { sender, ldc, fileId, createdAt, windowEnd } = header;
  const records = items.map((item) => ({
    type: 'REQ',
    values: {
      usdp_id: item.usdpId,
      start_date: item.start,
      end_date: item.end,
      account_id: item.accountId ?? null,
      as_known_on: null,
      purpose: item.purpose ?? null,
    },
  }));
  const extra = { window_end: windowEnd };
  const fields = { sender, onBehalfOf: ldc, fileId, createdAt, extra };
  const content = kindFileBytes(BQ_REQ, fields, records);
  return { org: sender, name: inboundName(sender, 'BQ-REQ', fileId), content };
}

/** The rate classes that an LDC allows, for `mdmr codes load`. */
export function rateClassFile(ldc: string, createdAt: Instant): Buffer {
  const header = { sender: 'MDMR', onBehalfOf: ldc, fileId: `${ldc}-rate-classes-1`, createdAt };
  const classes = [
    ['R1', 'Residential'],
    ['R2', 'Residential, low-density'],
    ['GS', 'General service'],
  ];
  const records = classes.map(([id, text]) => {
    return { type: 'COD', values: { list: 'rate-class', id: id!, text: text! } };
  });
  return kindFileBytes(CODES, header, records);
}
