import type { ServiceTools } from '@mdmr/service';
import { isInCustody, registeredOrgs } from '../report/custody.query.js';
import type { ArrivedFile } from '../decide/take-custody.js';
import { Arrivals } from './arrivals.js';
import { archive, claim, leftClaims } from './claims.js';
import type { Claim } from './claims.js';
import { ExchangeFolders } from './exchange-folders.js';
import { startLoop } from './loop.js';
import type { Loop } from './loop.js';
import { readClaim, takeFile } from './take-file.js';

const PAUSE_MS = 100;
const SECOND_MS = 1000;
/** Processor whose lag says how far the gateway knows the participants. */
export const PARTICIPANTS_PROCESSOR = 'participants';

/**
 * Takes files from the inboxes into custody, one after the other in the order in which they
 * arrived.
 */
export function startInbox(tools: ServiceTools, folders: ExchangeFolders): Loop {
  const inbox = new Inbox(tools, folders);
  return startLoop('inbox', PAUSE_MS, tools.log, (isStopping) => inbox.round(isStopping));
}

interface Queued {
  readonly claimed: Claim;
  /** Once it was read. */
  file: ArrivedFile | null;
}

class Inbox {
  private readonly arrivals: Arrivals;
  private readonly made = new Set<string>();
  /** Claimed, not in custody: in work, or waiting for the decision about an earlier file. */
  private queue: Queued[] | null = null;

  constructor(
    private readonly tools: ServiceTools,
    private readonly folders: ExchangeFolders,
  ) {
    const stillMs = tools.config.inboxStillSeconds * SECOND_MS;
    this.arrivals = new Arrivals(folders, stillMs, () => performance.now());
  }

  async round(isStopping: () => boolean): Promise<void> {
    this.queue ??= await this.recovered();
    const orgs = await registeredOrgs(this.tools.db);
    await this.makeFolders(orgs);
    const arrived = await this.arrivals.look(orgs);
    if (arrived.length === 0 && this.queue.length === 0) return;
    // Who was registered or allowed before the file came must count.
    if (!(await this.knowsParticipants())) return;
    await this.takeQueued();
    for (const arrival of arrived) {
      if (isStopping()) return;
      const claimed = await claim(this.folders, arrival);
      if (claimed === null) continue;
      const queued = { claimed, file: null };
      this.queue.push(queued);
      if (await this.take(queued)) this.queue.pop();
    }
  }

  /** What a process before left: in custody, so only to be archived, or still to be taken. */
  private async recovered(): Promise<Queued[]> {
    const queue: Queued[] = [];
    for (const claimed of await leftClaims(this.folders)) {
      if (await isInCustody(this.tools.db, claimed.custodyId)) await archive(this.folders, claimed);
      else queue.push({ claimed, file: null });
    }
    return queue;
  }

  private async takeQueued(): Promise<void> {
    const waiting: Queued[] = [];
    const queue = this.queue!;
    try {
      for (let next = queue[0]; next !== undefined; next = queue[0]) {
        if (!(await this.take(next))) waiting.push(next);
        queue.shift();
      }
    } finally {
      queue.unshift(...waiting);
    }
  }

  private async take(queued: Queued): Promise<boolean> {
    queued.file ??= await readClaim(this.tools, queued.claimed);
    const isTaken = await takeFile(this.tools, queued.file);
    if (isTaken) await archive(this.folders, queued.claimed);
    return isTaken;
  }

  private async makeFolders(orgs: readonly string[]): Promise<void> {
    for (const org of orgs) {
      if (this.made.has(org)) continue;
      await this.folders.make(org);
      this.made.add(org);
    }
  }

  private async knowsParticipants(): Promise<boolean> {
    return (await this.tools.bus.lagOf(PARTICIPANTS_PROCESSOR)) === 0;
  }
}
