import { type DirectorySlice, loadDirectory, loadParticipants } from '@mdmr/directory';
import type { Tx } from '@mdmr/postgres';
import {
  channelsOf,
  defaultServiceOf,
  type DefaultService,
  factsOf,
} from '../decide/directory-facts.js';
import type { ChannelFacts } from '../decide/facts.js';
import { ServiceBook } from '../decide/service-book.js';
import { serviceVersions } from '../report/services.query.js';

/** A service point's facts by channel. */
export interface PointFacts {
  readonly ldc: string;
  /** Channels its meters list. */
  readonly channels: readonly string[];
  of(channel: string): ChannelFacts;
}

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
  constructor(private readonly limit = 100_000) {}

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
    this.points.clear();
    this.defaults = defaultServiceOf(await loadParticipants(tx));
    this.services = new ServiceBook(await serviceVersions(tx));
    this.epoch = epoch;
  }

  async load(tx: Tx, usdps: readonly string[]): Promise<Map<string, PointFacts>> {
    const missing = [...new Set(usdps)].filter((usdp) => !this.points.has(usdp));
    if (missing.length > 0) {
      const slice = await loadDirectory(tx, { usdps: missing });
      for (const usdp of missing) this.points.set(usdp, pointOf(slice, usdp, this.defaults));
    }
    return new Map(usdps.map((usdp) => [usdp, this.points.get(usdp)!]));
  }
}

function pointOf(slice: DirectorySlice, usdpId: string, defaults: DefaultService): PointFacts {
  const channels = channelsOf(slice, usdpId);
  const made = new Map(channels.map((c) => [c, factsOf(slice, usdpId, c, defaults)]));
  const ldc = slice.ldcOf(usdpId) ?? slice.installations(usdpId)?.ldc ?? '';
  const of = (channel: string): ChannelFacts => {
    let facts = made.get(channel);
    if (facts === undefined) {
      facts = factsOf(slice, usdpId, channel, defaults);
      made.set(channel, facts);
    }
    return facts;
  };
  return { ldc, channels, of };
}
