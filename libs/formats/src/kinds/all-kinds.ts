/** Every CSV kind of the exchange but the reports, which have one form for all (reports/). */
import { BQ_REQ } from './bq-req.js';
import { BQ_RSP } from './bq-rsp.js';
import { CALENDAR } from './calendar.js';
import { CODES } from './codes.js';
import type { KindDef } from './kind.js';
import { SYNC_ACCOUNT } from './sync-account.js';
import { SYNC_INSTALL } from './sync-install.js';
import { SYNC_METER } from './sync-meter.js';
import { SYNC_ORG } from './sync-org.js';
import { SYNC_SDP } from './sync-sdp.js';
import { SYNC_SERVICE } from './sync-service.js';
import { USDP_REQ } from './usdp-req.js';
import { USDP_RSP } from './usdp-rsp.js';

/** The parts of a set, by part number from 1. */
export const SYNC_KINDS: readonly KindDef[] = [
  SYNC_SDP,
  SYNC_METER,
  SYNC_INSTALL,
  SYNC_ACCOUNT,
  SYNC_ORG,
  SYNC_SERVICE,
];

export const KINDS: readonly KindDef[] = [
  USDP_REQ,
  USDP_RSP,
  ...SYNC_KINDS,
  BQ_REQ,
  BQ_RSP,
  CALENDAR,
  CODES,
];

/** The kind of that name, or null. */
export function findKind(name: string): KindDef | null {
  return KINDS.find((def) => def.kind === name) ?? null;
}

/** A kind that organizations send to the hub, or null: UNKNOWN_KIND at a door. */
export function findInboundKind(name: string): KindDef | null {
  return KINDS.find((def) => def.kind === name && def.from === 'ORGANIZATION') ?? null;
}
