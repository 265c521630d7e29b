import { isId, isText, parseDecimal } from '@mdmr/kernel';
import { may, must } from './kind.js';
import type { KindDef } from './kind.js';
import { ACTION, SYNC_HEADER } from './sync-header.js';

export const SDP_STATUSES = ['ACTIVE', 'INACTIVE', 'DISCONNECTED', 'RETIRED'] as const;
export const CATEGORIES = ['RESIDENTIAL', 'GENERAL_SERVICE', 'OTHER'] as const;
const TIME_ZONES = ['EASTERN', 'CENTRAL', 'EASTERN_STANDARD'] as const;

/**
 * Part 1: service delivery points and their attributes. postal_code is judged by BAD_POSTAL_CODE.
 */
export const SYNC_SDP: KindDef = {
  kind: 'SYNC-SDP',
  from: 'ORGANIZATION',
  function: 'SYNC',
  part: 1,
  header: SYNC_HEADER,
  records: [
    {
      type: 'SDP',
      key: ['usdp_id'],
      dated: 'effective_from',
      fields: [
        must('usdp_id', 'id'),
        must('sdp_id', 'id'),
        must('effective_from', 'date'),
        must('status', SDP_STATUSES),
        may('service_address', 'text'),
        may('postal_code', 'any'),
        must('time_zone', TIME_ZONES),
        must('category', CATEGORIES),
        ACTION,
      ],
    },
    {
      type: 'ATR',
      key: ['usdp_id', 'name'],
      dated: 'effective_from',
      fields: [
        must('usdp_id', 'id'),
        must('name', 'id'),
        must('value', 'text'),
        must('effective_from', 'date'),
        ACTION,
      ],
    },
  ],
};

/** `A1A1A1` of `A1A1A1` or `A1A 1A1`; null if it is neither. */
export function parsePostalCode(text: string): string | null {
  return /^[A-Z]\d[A-Z] ?\d[A-Z]\d$/.test(text) ? text.replace(' ', '') : null;
}

/** Whether the value suits the name of an ATR; names the hub does not know take any text. */
export function isAttributeValue(name: string, value: string): boolean {
  switch (name) {
    case 'SERVICE_KW':
    case 'GENERATION_KW':
      return !value.startsWith('-') && parseDecimal(value) !== null;
    case 'CYCLE':
      return isId(value);
    case 'SEASONAL':
    case 'LIFE_SUPPORT':
      return value === 'Y' || value === 'N';
    default:
      return isText(value);
  }
}
