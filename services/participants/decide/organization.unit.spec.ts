import { describe, expect, it } from '@jest/globals';
import { registeredLdc, registerOrganization } from './organization.js';
import type { OrganizationFacts } from './organization.js';

const MAPLE: OrganizationFacts = {
  org_id: 'MAPLE',
  name: 'Maple Hydro',
  roles: ['LDC', 'AMI_OPERATOR'],
  door: 'drop',
};

const HELD = { orgId: 'MAPLE', name: MAPLE.name, roles: MAPLE.roles, door: MAPLE.door };

describe('registering an organization', () => {
  it('records its facts, roles in their order', () => {
    const command = { ...MAPLE, roles: ['SME', 'BILLING_AGENT', 'LDC', 'LDC'] };
    expect(registerOrganization(command, undefined, 7)).toEqual({
      at_ms: 7,
      org_id: 'MAPLE',
      name: 'Maple Hydro',
      roles: ['LDC', 'BILLING_AGENT', 'SME'],
      door: 'drop',
    });
  });

  it('is no change with the same facts, in whatever order the roles are named', () => {
    const command = { ...MAPLE, roles: ['AMI_OPERATOR', 'LDC'] };
    expect(registerOrganization(command, HELD, 7)).toBeNull();
  });

  it.each([
    ['another name', { name: 'Maple Power' }],
    ['a role more', { roles: ['LDC', 'AMI_OPERATOR', 'SME'] }],
    ['a role less', { roles: ['LDC'] }],
  ])('is a change with %s', (_, facts) => {
    expect(registerOrganization({ ...MAPLE, ...facts }, HELD, 7)).toMatchObject(facts);
  });

  it.each([
    ['no id', { org_id: '' }, 'BAD_ORG_ID'],
    ['a slash in the id', { org_id: 'A/B' }, 'BAD_ORG_ID'],
    ['an id that is a folder', { org_id: '..' }, 'BAD_ORG_ID'],
    ['the id of the hub', { org_id: 'MDMR' }, 'BAD_ORG_ID'],
    ['no name', { name: '' }, 'BAD_NAME'],
    ['a control character in the name', { name: 'a\nb' }, 'BAD_NAME'],
    ['no role', { roles: [] }, 'BAD_ROLE'],
    ['an unknown role', { roles: ['LDC', 'CARRIER'] }, 'BAD_ROLE'],
    ['a door of a later phase', { door: 'as2' }, 'BAD_DOOR'],
  ])('refuses %s', (_, facts, code) => {
    const register = () => registerOrganization({ ...MAPLE, ...facts }, undefined, 7);
    expect(register).toThrow(expect.objectContaining({ code }));
  });
});

describe('an LDC', () => {
  it('is a registered organization with that role', () => {
    const agent = { ...HELD, roles: ['AMI_OPERATOR'] };
    expect(registeredLdc(HELD, 'MAPLE')).toBe(HELD);
    expect(() => registeredLdc(agent, 'MAPLE')).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_LDC' }),
    );
    expect(() => registeredLdc(undefined, 'OAK')).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_ORG' }),
    );
  });
});
