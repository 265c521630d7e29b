import type { BatchProcessor } from '@mdmr/bus';
import { loadParticipants } from '@mdmr/directory';
import { openItemsOfAgent, type OpenItem } from '../report/requests.query.js';
import { lockSettling } from './billing-room.js';
import { endUnauthorized } from './settle-items.js';

/** Organizations and their delegations; open items of an agent that lost BILLING end. */
export function participantsSubscription(): BatchProcessor {
  return {
    name: 'participants',
    topics: ['mdmr.participants.organizations.v1'],
    async handle(events, { tx, now }) {
      const lost = new Map<string, { ldc: string; agent: string }>();
      for (const event of events) {
        if (event.type !== 'participants.DelegationRevoked') continue;
        const { ldc, agent } = event.value;
        lost.set(`${ldc}/${agent}`, { ldc, agent });
      }
      if (lost.size === 0) return [];
      await lockSettling(tx);
      const participants = await loadParticipants(tx);
      const items: OpenItem[] = [];
      for (const { ldc, agent } of lost.values()) {
        if (participants.mayAct(ldc, agent, 'BILLING', now)) continue;
        items.push(...(await openItemsOfAgent(tx, ldc, agent)));
      }
      return endUnauthorized(tx, now, items);
    },
  };
}
