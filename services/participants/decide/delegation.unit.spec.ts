import { describe, expect, it } from '@jest/globals';
import type { Delegation, Organization } from '@mdmr/directory';
import { parseEstDay, parseInstant } from '@mdmr/kernel';
import { delegate, revoke } from './delegation.js';
import type { DelegateCommand, DelegationState } from './delegation.js';

const day = (text: string) => parseEstDay(text)!;
const at = (text: string) => parseInstant(`${text}-05:00`)!;
const org = (orgId: string, ...roles: string[]): Organization => ({
  orgId,
  name: orgId,
  roles,
  door: 'drop',
});

const NOW = at('2026-07-02T10:15:00');
const COMMAND: DelegateCommand = {
  ldc: 'MAPLE',
  agent: 'BILLCO',
  function: 'BILLING',
  from_day: null,
  to_day: null,
};
const grant = (from: string, to?: string, revoked?: string): Delegation => ({
  ldc: 'MAPLE',
  agent: 'BILLCO',
  fn: 'BILLING',
  fromDay: day(from),
  toDay: to === undefined ? null : day(to),
  grantedAt: at('2026-05-01T00:00:00'),
  revokedAt: revoked === undefined ? null : at(revoked),
});
const state = (...grants: Delegation[]): DelegationState => ({
  ldc: org('MAPLE', 'LDC'),
  agent: org('BILLCO', 'BILLING_AGENT'),
  grants,
});

describe('delegating', () => {
  it('is from today without end unless dates are given', () => {
    expect(delegate(COMMAND, state(), NOW)).toEqual({
      at_ms: NOW,
      ldc: 'MAPLE',
      agent: 'BILLCO',
      function: 'BILLING',
      from_day: day('2026-07-02'),
      to_day: null,
    });
    const dated = { ...COMMAND, from_day: day('2026-08-01'), to_day: day('2026-09-01') };
    expect(delegate(dated, state(), NOW)).toMatchObject({
      from_day: day('2026-08-01'),
      to_day: day('2026-09-01'),
    });
  });

  it('is no change where a standing grant covers the days', () => {
    expect(delegate(COMMAND, state(grant('2026-06-01')), NOW)).toBeNull();
    const july = { ...COMMAND, to_day: day('2026-08-01') };
    expect(delegate(july, state(grant('2026-07-01', '2026-08-01')), NOW)).toBeNull();
  });

  it.each([
    ['begins later', grant('2026-07-03')],
    ['ends', grant('2026-06-01', '2026-08-01')],
    ['is of another function', { ...grant('2026-06-01'), fn: 'READS' }],
    ['was revoked', grant('2026-06-01', undefined, '2026-07-01T12:00:00')],
  ])('is a new grant where the one held %s', (_, held) => {
    expect(delegate(COMMAND, state(held), NOW)).not.toBeNull();
  });

  it.each([
    ['by an organization that is no LDC', {}, { ldc: org('MAPLE', 'SME') }, 'UNKNOWN_LDC'],
    ['by an unknown organization', {}, { ldc: undefined }, 'UNKNOWN_ORG'],
    ['to an unknown organization', {}, { agent: undefined }, 'UNKNOWN_ORG'],
    ['to itself', { agent: 'MAPLE' }, {}, 'SELF_DELEGATION'],
    ['of a function of a later phase', { function: 'EDIT' }, {}, 'BAD_FUNCTION'],
    ['for no day', { from_day: 9, to_day: 9 }, {}, 'BAD_PERIOD'],
  ])('is refused %s', (_, command, facts, code) => {
    const run = () => delegate({ ...COMMAND, ...command }, { ...state(), ...facts }, NOW);
    expect(run).toThrow(expect.objectContaining({ code }));
  });
});

describe('revoking', () => {
  const command = { ldc: 'MAPLE', agent: 'BILLCO', function: 'BILLING' };

  it('ends a function, or all', () => {
    const held = [grant('2026-06-01')];
    expect(revoke(command, held, NOW)).toEqual({ at_ms: NOW, ...command });
    expect(revoke({ ...command, function: null }, held, NOW)).toMatchObject({ function: null });
  });

  it('ends a grant that has not begun', () => {
    expect(revoke(command, [grant('2026-09-01')], NOW)).toMatchObject({ at_ms: NOW });
  });

  it.each([
    ['nothing was granted', []],
    ['it is over', [grant('2026-06-01', '2026-07-01')]],
    ['it was revoked', [grant('2026-06-01', undefined, '2026-07-01T00:00:00')]],
    ['only another function stands', [{ ...grant('2026-06-01'), fn: 'READS' }]],
  ])('is refused where %s', (_, held) => {
    expect(() => revoke(command, held, NOW)).toThrow(
      expect.objectContaining({ code: 'NOT_DELEGATED' }),
    );
  });
});
