import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { freeName, safeName } from './safe-name.js';

describe('a safe name', () => {
  it.each([
    ['MAPLE_USDP-REQ_MP-U-1.csv', 'MAPLE_USDP-REQ_MP-U-1.csv'],
    ['a/b\\c.csv', 'a_b_c.csv'],
    ['tab\tand\u0085.csv', 'tab_and_.csv'],
    ['', '_'],
    ['.', '_.'],
    ['..', '_..'],
    ['.hidden', '.hidden'],
    ['e\u0301te\u0301.csv', '\u00e9t\u00e9.csv'],
    ['bad \ufffd bytes', 'bad _ bytes'],
  ])('%j is %j', (name, expected) => {
    expect(safeName(name)).toBe(expected);
  });

  it('is never a path, never a folder of another, and fits a file system', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const safe = safeName(name);
        expect(safe).not.toMatch(/[/\\\0]|^\.{0,2}$/);
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(255);
      }),
    );
  });
});

describe('a free name', () => {
  const among =
    (...taken: string[]) =>
    (name: string) =>
      taken.includes(name);

  it('is the name itself, else tagged before its ending', () => {
    expect(freeName('a.csv', 'C7', among())).toBe('a.csv');
    expect(freeName('a.csv', 'C7', among('a.csv'))).toBe('a.C7.csv');
    expect(freeName('a.csv', 'C7', among('a.csv', 'a.C7.csv'))).toBe('a.C7-2.csv');
    expect(freeName('plain', 'C7', among('plain'))).toBe('plain.C7');
    expect(freeName('.profile', 'C7', among('.profile'))).toBe('.profile.C7');
  });

  it('fits where the name alone just fitted', () => {
    const name = `${'é'.repeat(125)}.csv`;
    const free = freeName(name, 'C7', among(name));
    expect(free).toMatch(/é\.C7\.csv$/);
    expect(Buffer.byteLength(free)).toBeLessThanOrEqual(255);
  });
});
