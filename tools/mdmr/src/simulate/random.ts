/** A seeded generator: the same numbers on every machine (32-bit integers only). */

export class Random {
  private state: number;

  /** The seed is a number; `stream` makes independent sequences of one seed. */
  constructor(seed: number, stream = '') {
    let hash = seed >>> 0;
    for (let i = 0; i < stream.length; i += 1) {
      hash = Math.imul(hash ^ stream.charCodeAt(i), 0x01000193) >>> 0;
    }
    this.state = hash;
    this.next();
    this.next();
  }

  /** mulberry32: 0 to 2^32 - 1 */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** An integer from low to high, both included. */
  between(low: number, high: number): number {
    return low + (this.next() % (high - low + 1));
  }

  /** True in `permille` of 1000 cases. */
  chance(permille: number): boolean {
    return this.next() % 1000 < permille;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.next() % items.length]!;
  }

  /** An item by its weight. */
  weighted<T>(items: readonly (readonly [T, number])[]): T {
    let at = this.next() % items.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of items) {
      if (at < weight) return item;
      at -= weight;
    }
    return items[0]![0];
  }
}
