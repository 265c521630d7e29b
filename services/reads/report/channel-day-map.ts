import type { EstDay } from '@mdmr/kernel';
import type { ChannelDayKey } from '../decide/index.js';

/** Things by channel day. Maps in maps: a joined key would have to be made for every look-up. */
export class ChannelDayMap<T> {
  private readonly days = new Map<EstDay, Map<string, Map<string, T>>>();
  private last: { estDay: EstDay; channel: string; byPoint: Map<string, T> } | null = null;

  private at(channel: string, estDay: EstDay): Map<string, T> {
    const { last } = this;
    if (last && last.estDay === estDay && last.channel === channel) return last.byPoint;
    let channels = this.days.get(estDay);
    if (!channels) this.days.set(estDay, (channels = new Map()));
    let byPoint = channels.get(channel);
    if (!byPoint) channels.set(channel, (byPoint = new Map()));
    this.last = { estDay, channel, byPoint };
    return byPoint;
  }

  get({ usdpId, channel, estDay }: ChannelDayKey): T | undefined {
    return this.at(channel, estDay).get(usdpId);
  }

  has({ usdpId, channel, estDay }: ChannelDayKey): boolean {
    return this.at(channel, estDay).has(usdpId);
  }

  set({ usdpId, channel, estDay }: ChannelDayKey, value: T): void {
    this.at(channel, estDay).set(usdpId, value);
  }
}

/** Channel days, each once, in the order in which they were first added. */
export class ChannelDaySet {
  readonly keys: ChannelDayKey[] = [];
  private readonly seen = new ChannelDayMap<true>();

  add(key: ChannelDayKey): void {
    if (this.seen.has(key)) return;
    this.seen.set(key, true);
    this.keys.push(key);
  }

  has(key: ChannelDayKey): boolean {
    return this.seen.has(key);
  }
}
