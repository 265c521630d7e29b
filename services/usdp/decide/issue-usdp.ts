import { recordTrouble } from '@mdmr/formats';
import type { KindRecord } from '@mdmr/formats';

/** What must be known to decide on lines of a file. */
export interface RequestState {
  /** on_behalf_of_org had the role LDC at custody. */
  readonly ldcHasRole: boolean;
  /** sdp_ids that stand in the file more than once. */
  readonly repeated: ReadonlySet<string>;
  /** USDP ID of every SDP of the LDC that has one already, by sdp_id. */
  readonly held: ReadonlyMap<string, string>;
  /** USDP IDs that nobody holds, at least one a line. */
  readonly fresh: readonly string[];
}

export interface Issued {
  readonly line: number;
  readonly sdp_id: string;
  readonly usdp_id: string;
}

/** A row of US01. */
export interface Refused {
  readonly line: number;
  readonly sdp_id: string;
  readonly reason: RefusalReason;
  readonly existing_usdp_id: string | null;
}

export interface Address {
  readonly usdp_id: string;
  readonly service_address: string;
}

export interface Decision {
  readonly issued: Issued[];
  readonly rejected: Refused[];
  /** Addresses given with issued ids; they travel apart (identity compartment). */
  readonly addresses: Address[];
}

export type RefusalReason =
  'MANDATORY_FIELD_MISSING' | 'BAD_VALUE' | 'WRONG_LDC' | 'DUPLICATE_SDP_ID';

/** Gives each record of a request a USDP ID or a reason why not. Each is decided once, in order. */
export function decide(records: readonly KindRecord[], state: RequestState): Decision {
  const decision: Decision = { issued: [], rejected: [], addresses: [] };
  for (const record of records) {
    const { line, values } = record;
    const sdpId = sdpIdOf(record);
    const reason = refusalOf(record, sdpId, state);
    if (reason !== null) {
      const known = reason === 'DUPLICATE_SDP_ID' ? state.held.get(sdpId) : undefined;
      const existing_usdp_id = known ?? null;
      decision.rejected.push({ line, sdp_id: sdpId, reason, existing_usdp_id });
      continue;
    }
    const usdpId = state.fresh[decision.issued.length];
    if (usdpId === undefined) throw new RangeError('fewer fresh USDP IDs than records');
    decision.issued.push({ line, sdp_id: sdpId, usdp_id: usdpId });
    const address = values['service_address']!;
    if (address !== '') decision.addresses.push({ usdp_id: usdpId, service_address: address });
  }
  return decision;
}

/** The sdp_id as received, also of a record that is none. */
export function sdpIdOf(record: KindRecord): string {
  return record.fields[1] ?? '';
}

/** The reason that refuses a record, the first that holds; null = it gets an id. */
function refusalOf(record: KindRecord, sdpId: string, state: RequestState): RefusalReason | null {
  if (!state.ldcHasRole) return 'WRONG_LDC';
  const trouble = recordTrouble(record);
  if (trouble !== null) return trouble.reason;
  return state.repeated.has(sdpId) || state.held.has(sdpId) ? 'DUPLICATE_SDP_ID' : null;
}

/**
 * Collects the sdp_ids that stand in a file more than once, whether or not their records are sound.
 */
export class RepeatedSdps {
  readonly repeated = new Set<string>();
  private readonly seen = new Set<string>();

  add(record: KindRecord): void {
    const sdpId = sdpIdOf(record);
    if (record.def === null || sdpId === '') return;
    if (this.seen.has(sdpId)) this.repeated.add(sdpId);
    else this.seen.add(sdpId);
  }
}
