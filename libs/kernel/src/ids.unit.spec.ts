import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dammDigit, isDammValid } from './damm.js';
import { compareIds, isId, isText, isUsdpId } from './ids.js';
import { murmur2, partitionOf } from './partition.js';

const digits = fc.stringMatching(/^\d{1,18}$/);

describe('Damm check digit', () => {
  it('of 572 is 4', () => {
    expect(dammDigit('572')).toBe('4');
    expect(isDammValid('5724')).toBe(true);
  });

  it('finds every wrong digit and every swap of neighbours', () => {
    fc.assert(
      fc.property(digits, fc.nat(), fc.nat(9), (text, position, digit) => {
        const valid = text + dammDigit(text);
        expect(isDammValid(valid)).toBe(true);
        const at = position % valid.length;
        const wrong = valid.slice(0, at) + digit + valid.slice(at + 1);
        expect(isDammValid(wrong)).toBe(wrong === valid);
        if (at + 1 === valid.length) return;
        const swapped = valid.slice(0, at) + valid[at + 1] + valid[at] + valid.slice(at + 2);
        expect(isDammValid(swapped)).toBe(swapped === valid);
      }),
    );
  });

  it('is of digits only', () => {
    expect(() => dammDigit('57a')).toThrow(RangeError);
    expect(isDammValid('57a4')).toBe(false);
    expect(isDammValid('')).toBe(false);
    expect(isDammValid('0')).toBe(false);
  });
});

describe('forms', () => {
  it('of ids', () => {
    for (const id of ['a', 'MP-0101', 'x4648c5e2cb598eea', 'A.b_c:d', 'x'.repeat(64)]) {
      expect(isId(id)).toBe(true);
    }
    for (const id of ['', ' a', 'a ', 'a b', 'x'.repeat(65), 'é', 'a/b', 'a\n', 'a+b', '１']) {
      expect(isId(id)).toBe(false);
    }
  });

  it('of texts', () => {
    for (const text of ['', '14 Elm St, rear', 'Hôtel', 'x'.repeat(200), '😀'.repeat(200)]) {
      expect(isText(text)).toBe(true);
    }
    for (const text of [
      'x'.repeat(201),
      '😀'.repeat(201),
      'a\tb',
      'a\u0000',
      'a\u007f',
      'a\u0085',
    ]) {
      expect(isText(text)).toBe(false);
    }
  });

  it('of USDP IDs', () => {
    const nine = '407182953';
    expect(isUsdpId(nine + dammDigit(nine))).toBe(true);
    expect(isUsdpId(`0${nine.slice(1)}${dammDigit(`0${nine.slice(1)}`)}`)).toBe(false);
    expect(isUsdpId('5724')).toBe(false);
  });

  it('are ordered by their bytes', () => {
    const string = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(string, string, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareIds(a, b))).toBe(bytes);
      }),
    );
    expect(compareIds('\u{1f600}', '\uffee')).toBeGreaterThan(0);
  });
});

describe('partitions', () => {
  it("are those of Kafka's default partitioner", () => {
    // From Kafka's own UtilsTest.
    const cases: [string, number][] = [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ];
    for (const [key, hash] of cases) {
      expect(murmur2(Buffer.from(key))).toBe(hash);
      expect(partitionOf(key, 12)).toBe((hash & 0x7fffffff) % 12);
    }
  });

  it('are within the count and depend on the bytes alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 64 }), (key, count) => {
        const partition = partitionOf(key, count);
        expect(partition >= 0 && partition < count).toBe(true);
        expect(partition).toBe((murmur2(Buffer.from(key)) & 0x7fffffff) % count);
      }),
    );
    expect(partitionOf('x'.repeat(500), 7)).toBe(
      (murmur2(Buffer.from('x'.repeat(500))) & 0x7fffffff) % 7,
    );
  });
});
