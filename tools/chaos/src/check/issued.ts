/** USDP IDs: one for each service point, none given twice. */
import { finding, type Finding } from './finding.js';
import type { SeenEvent } from './lanes.js';

/**
 * @param asked service points of the request
 * @param told what the response says: service point and id
 */
export function checkIssued(
  asked: readonly string[],
  told: readonly (readonly [sdp: string, usdp: string])[],
  events: readonly SeenEvent[],
): Finding[] {
  const findings: Finding[] = [];
  const wanted = new Set(asked);
  const issued = new Map<string, string[]>();
  const owners = new Map<string, string>();
  for (const { type, value } of events) {
    if (type !== 'usdp.UsdpRequestDecided') continue;
    for (const { sdp_id: sdp, usdp_id: usdp } of value['issued'] as Issued[]) {
      const owner = owners.get(usdp);
      if (owner !== undefined)
        findings.push(finding('DOUBLED', usdp, `is ${owner}'s and ${sdp}'s`));
      owners.set(usdp, sdp);
      if (wanted.has(sdp)) issued.set(sdp, [...(issued.get(sdp) ?? []), usdp]);
    }
  }
  const answer = new Map(told);
  if (answer.size !== told.length) findings.push(finding('DOUBLED', 'USDP-RSP', 'an SDP twice'));
  for (const sdp of asked) {
    const ids = issued.get(sdp) ?? [];
    if (ids.length === 0) findings.push(finding('LOST', sdp, 'has no USDP ID'));
    if (ids.length > 1) findings.push(finding('DOUBLED', sdp, `has ${ids.join(', ')}`));
    if (ids.length === 1 && answer.get(sdp) !== ids[0]) {
      findings.push(finding('NOT_ANSWERED', sdp, `is told ${answer.get(sdp)}, has ${ids[0]}`));
    }
  }
  return findings;
}

interface Issued {
  readonly sdp_id: string;
  readonly usdp_id: string;
}
