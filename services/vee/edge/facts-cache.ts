import { loadDirectory, loadParticipants } from '@mdmr/directory';
import type { Tx } from '@mdmr/postgres';
import {
  defaultServiceOf,
  type DefaultService,
  type PointFacts,
  pointFactsOf,
} from '../decide/directory-facts.js';
import { ServiceBook } from '../decide/service-book.js';
import { serviceVersions } from '../report/services.query.js';

/**
 * Facts of service points and the VEE services, kept in memory. `begin` forgets them when the epoch moved: a
 * set was applied, a setting or a service changed.
 */
export class FactsCache {
  private epoch = '';
  private readonly points = new Map<string, PointFacts>();
  private defaults: DefaultService = () => '';
  private services = new ServiceBook([]);

  /** @param limit service points kept; beyond it all are forgotten and asked for anew */
  constructor(private readonly limit = 10_000) {}

  get book(): ServiceBook {
    return this.services;
  }

  /** Call it first in every transaction. */
  async begin(tx: Tx): Promise<void> {
    const found = await tx.query<{ epoch: string | null }>(
      `select string_agg(topic || '=' || changes, ' ' order by topic) as epoch from facts_epoch`,
    );
    const epoch = found.rows[0]?.epoch ?? 'none';
    if (epoch === this.epoch && this.points.size <= this.limit) return;
    const defaults = defaultServiceOf(await loadParticipants(tx));
    const services = new ServiceBook(await serviceVersions(tx));
    // All at once: other batches share this cache, and ask it while this one waits.
    this.points.clear();
    this.defaults = defaults;
    this.services = services;
    this.epoch = epoch;
  }

  /** A batch keeps what it was given, even if another one makes the cache forget it meanwhile. */
  async load(tx: Tx, usdps: readonly string[]): Promise<ReadonlyMap<string, PointFacts>> {
    const found = new Map<string, PointFacts>();
    const missing = new Set<string>();
    for (const usdp of usdps) {
      const held = this.points.get(usdp);
      if (held === undefined) missing.add(usdp);
      else found.set(usdp, held);
    }
    if (missing.size === 0) return found;
    const { epoch, defaults } = this;
    const slice = await loadDirectory(tx, { usdps: [...missing] });
    for (const usdp of missing) {
      const facts = pointFactsOf(slice, usdp, defaults);
      found.set(usdp, facts);
      if (epoch === this.epoch) this.points.set(usdp, facts);
    }
    return found;
  }
}
