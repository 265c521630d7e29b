import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PackedReader, PackedWriter } from './packed-bytes.js';

const safe = fc.oneof(
  fc.integer({ min: -300, max: 300 }),
  fc.maxSafeInteger(),
  fc.constantFrom(0, 63, 64, -64, 31, 32, -32, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);
const text = fc.string({ unit: 'grapheme', maxLength: 200 });

describe('packed bytes', () => {
  const out = new PackedWriter();

  it('give back every number, text and list, one body after the other', () => {
    fc.assert(
      fc.property(fc.array(safe), fc.array(text), fc.option(safe, { nil: null }), (n, t, o) => {
        out.uint(n.length);
        for (const number of n) {
          out.int(number);
          out.uint(Math.abs(number));
          out.intOrNull(number);
        }
        out.intOrNull(o);
        out.uint(t.length);
        for (const each of t) {
          out.text(each);
          out.name(each);
          out.nameOrNull(each);
          out.text(each);
        }
        out.nameOrNull(null);
        out.runs('VVVE-');
        out.letters('é.');
        const from = new PackedReader(out.take());
        const zero = (number: number): number => number + 0;
        expect(
          from.list(() => [from.int(), from.uint(), from.intOrNull()].map((x) => x! + 0)),
        ).toEqual(n.map((number) => [number, Math.abs(number), number].map(zero)));
        expect(from.intOrNull()).toEqual(o === null ? null : o + 0);
        expect(
          from.list(() => [from.text(), from.name(), from.nameOrNull(), from.laterText()()]),
        ).toEqual(t.map((each) => [each, each, each, each]));
        expect([from.nameOrNull(), from.runs(), from.letters(2)]).toEqual([null, 'VVVE-', 'é.']);
      }),
    );
  });

  it('take a byte for a small number and write a name once', () => {
    out.int(-63);
    out.intOrNull(31);
    out.uint(127);
    expect(out.take()).toHaveLength(3);
    for (let i = 0; i < 10; i++) out.name('KWH');
    expect(out.take()).toHaveLength(5 + 9);
  });
});
