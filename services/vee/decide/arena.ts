/**
 * Typed arrays for one judgement, cut from slabs that the next judgement uses again: allocating each of them
 * anew cost more than judging. Nothing cut here may outlive `judge`.
 */
const FIRST_SIZE = 1 << 14;

class Slab<T extends Float64Array | Int32Array | Uint8Array> {
  private slab: T;
  private used = 0;

  constructor(private readonly make: (n: number) => T) {
    this.slab = make(FIRST_SIZE);
  }

  /** `n` zeros. */
  take(n: number): T {
    if (this.used + n > this.slab.length) {
      this.slab = this.make(Math.max(this.slab.length * 2, n * 8));
      this.used = 0;
    }
    const part = this.slab.subarray(this.used, (this.used += n)) as T;
    part.fill(0);
    return part;
  }

  reset(): void {
    this.used = 0;
  }
}

const floats = new Slab((n) => new Float64Array(n));
const integers = new Slab((n) => new Int32Array(n));
const bytes = new Slab((n) => new Uint8Array(n));

export const arena = {
  /** Before a judgement begins; what the last one cut is no longer its own. */
  reset(): void {
    floats.reset();
    integers.reset();
    bytes.reset();
  },
  float64: (n: number): Float64Array => floats.take(n),
  int32: (n: number): Int32Array => integers.take(n),
  uint8: (n: number): Uint8Array => bytes.take(n),
};
