import { describe, expect, it } from '@jest/globals';
import { parseEstDay, parseInstant } from '@mdmr/kernel';
import { setSetting, SETTINGS } from './ldc-setting.js';

const day = (text: string) => parseEstDay(text)!;
const NOW = parseInstant('2026-07-02T23:30:00-05:00')!;
const ldc = { orgId: 'MAPLE', name: 'Maple', roles: ['LDC'], door: 'drop' };

/** Sets for MAPLE; `held` = it was set to NONE from 1 August. */
function set(name: string, value: string, from: string | null, held = false) {
  const from_day = from === null ? null : day(from);
  const valueOn = (d: number) => (held && d >= day('2026-08-01') ? 'NONE' : undefined);
  return setSetting({ ldc: 'MAPLE', name, value, from_day }, { ldc, valueOn }, NOW);
}

describe('setting a setting of an LDC', () => {
  it('is from today of the hub unless a day is given', () => {
    expect(set('bq-split', 'NONE', null)).toEqual({
      at_ms: NOW,
      ldc: 'MAPLE',
      name: 'bq-split',
      value: 'NONE',
      from_day: day('2026-07-02'),
    });
    expect(set('bq-split', 'NONE', '2025-01-01')).toMatchObject({ from_day: day('2025-01-01') });
  });

  it('is no change where the value holds on that day already', () => {
    expect(set('bq-split', 'PRICE_DATES', null)).toBeNull();
    expect(set('bq-split', 'NONE', '2026-08-15', true)).toBeNull();
    expect(set('bq-split', 'PRICE_DATES', null, true)).toBeNull();
    expect(set('bq-split', 'PRICE_DATES', '2026-08-01', true)).not.toBeNull();
    expect(set('bq-split', 'NONE', '2026-07-31', true)).not.toBeNull();
  });

  it.each([
    ['bq-split', ['PRICE_DATES', 'NONE'], ['none', '']],
    ['default-vee.RESIDENTIAL', ['STD', ''], ['A B']],
    ['default-vee.GENERAL_SERVICE', ['STD'], ['a/b']],
    ['default-vee.OTHER', ['STD'], ['é']],
    ['br03-threshold-wh', ['0', '1000'], ['-1', '1.5', '01', '']],
    ['ve-to-ami', ['Y', 'N'], ['y', 'true']],
    ['sl-READS', ['0', '99.5', '100', '100.0'], ['100.1', '99.55', '-1', '1e2', '']],
    ['sl-BILLING', ['98.0'], ['98%']],
    ['sl-DIRECTORY', ['98.0'], ['.5']],
  ])('%s allows %j and refuses %j', (name, good, bad) => {
    const rule = SETTINGS.find((setting) => setting.name === name)!;
    expect(good.filter((value) => !rule.allows(value))).toEqual([]);
    for (const value of bad) {
      expect(() => set(name, value, null)).toThrow(
        expect.objectContaining({ code: 'BAD_SETTING' }),
      );
    }
  });

  it.each(['billing-day', 'register-output', 'sl-GUI', 'nonsense', ''])(
    'knows no setting %j',
    (name) => {
      expect(() => set(name, 'N', null)).toThrow(
        expect.objectContaining({ code: 'UNKNOWN_SETTING' }),
      );
    },
  );

  it('is for LDCs', () => {
    const command = { ldc: 'BILLCO', name: 'bq-split', value: 'NONE', from_day: null };
    const agent = { ...ldc, orgId: 'BILLCO', roles: ['BILLING_AGENT'] };
    expect(() => setSetting(command, { ldc: agent, valueOn: () => undefined }, NOW)).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_LDC' }),
    );
  });
});
