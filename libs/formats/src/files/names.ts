import { formatInstantCompact } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';

/**
 * Name of a file of the hub: `<recipient>_<kind or report>_<ldc>_<file_id>.csv`, `:` written `-`.
 * The LDC is empty in what goes to a sender alone.
 */
export function outboundName(recipient: string, kind: string, ldc: string, fileId: string): string {
  return `${recipient}_${kind}_${ldc}_${fileId}.csv`.replaceAll(':', '-');
}

/**
 * Name under which an organization sends: `<ORG>_<KIND>_<FILE-ID>.csv`, CMEP `.cmep`. Nothing
 * depends on it.
 */
export function inboundName(org: string, kind: string, fileId: string): string {
  return `${org}_${kind}_${fileId}.${kind === 'CMEP' ? 'cmep' : 'csv'}`.replaceAll(':', '-');
}

/** A time in a name: EST `YYYYMMDDThhmmss`. */
export function nameTime(instant: Instant): string {
  return formatInstantCompact(instant);
}
