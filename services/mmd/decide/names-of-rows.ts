/** What the rows of a set name: what has to be looked up before they can be judged. */
import type { RawRow } from './facts.js';
import { layoutOf } from './record-layout.js';

export interface RowNames {
  readonly usdps: ReadonlySet<string>;
  readonly meters: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  /** Meter and AMCD ids that MTR rows claim at a head-end. */
  readonly claims: readonly {
    readonly amcc: string;
    readonly meter: string;
    readonly amcd: string;
  }[];
}

export function namesOfRows(rows: readonly RawRow[]): RowNames {
  const usdps = new Set<string>();
  const meters = new Set<string>();
  const accounts = new Set<string>();
  const claims: { amcc: string; meter: string; amcd: string }[] = [];
  for (const { fields, part } of rows) {
    const found = layoutOf(fields[0] ?? '', part);
    if (found === null) continue;
    const get = (name: string): string => fields[found.layout.position[name] ?? -1] ?? '';
    if (found.layout.ownerField === 'usdp_id') usdps.add(get('usdp_id'));
    if (found.type === 'MTR' || found.type === 'INS') meters.add(get('meter_id'));
    if (found.type === 'ACC') accounts.add(get('account_id'));
    if (found.type === 'MTR' && get('amcc_id') !== '') {
      claims.push({ amcc: get('amcc_id'), meter: get('meter_id'), amcd: get('amcd_id') });
    }
  }
  return { usdps, meters, accounts, claims };
}
