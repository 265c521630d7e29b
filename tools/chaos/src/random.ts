/** Seeded numbers: the same on every machine (32-bit integers only). */
export class Random {
  private state: number;

  /** `stream` makes independent sequences of one seed. */
  constructor(seed: number, stream: string) {
    let hash = seed >>> 0;
    for (let i = 0; i < stream.length; i += 1) {
      hash = Math.imul(hash ^ stream.charCodeAt(i), 0x01000193) >>> 0;
    }
    this.state = hash;
    this.next();
    this.next();
  }

  /** mulberry32: 0 to 2^32 - 1 */
  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** An integer from low to high, both included. */
  between(low: number, high: number): number {
    return low + (this.next() % (high - low + 1));
  }

  /** True in `permille` of 1000 cases. */
  chance(permille: number): boolean {
    return this.between(0, 999) < permille;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.between(0, items.length - 1)]!;
  }

  /** An item by its weight. */
  weighted<T>(items: readonly (readonly [T, number])[]): T {
    let at = this.between(0, items.reduce((sum, [, weight]) => sum + weight, 0) - 1);
    for (const [item, weight] of items) {
      if (at < weight) return item;
      at -= weight;
    }
    return items[0]![0];
  }

  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i -= 1) {
      const j = this.between(0, i);
      [result[i], result[j]] = [result[j]!, result[i]!];
    }
    return result;
  }

  /** `count` of the items, in their order. */
  some<T>(items: readonly T[], count: number): T[] {
    const chosen = new Set(this.shuffled(items.map((_, i) => i)).slice(0, count));
    return items.filter((_, i) => chosen.has(i));
  }
}
