import { describe, expect, it } from '@jest/globals';
import { registerHeadEnd } from './head-end.js';
import type { HeadEndFacts } from './head-end.js';

const NA1: HeadEndFacts = {
  amcc_id: 'NA1',
  org_id: 'NORTHAMI',
  ldcs: ['MAPLE', 'OAK'],
  format: 'CMEP',
  stamps: 'EST',
  key: 'METER',
  multiplied: false,
};
const org = (orgId: string) => {
  if (!['MAPLE', 'OAK', 'NORTHAMI'].includes(orgId)) return undefined;
  const role = orgId === 'NORTHAMI' ? 'AMI_OPERATOR' : 'LDC';
  return { orgId, name: orgId, roles: [role], door: 'drop' };
};
const NEW = { held: undefined, org };
const KNOWN = {
  held: {
    amccId: 'NA1',
    orgId: 'NORTHAMI',
    ldcs: ['MAPLE', 'OAK'],
    format: 'CMEP',
    stamps: 'EST',
    key: 'METER',
    multiplied: false,
  } as const,
  org,
};

describe('registering a head-end', () => {
  it('records its facts, LDCs once and in byte order', () => {
    const command = { ...NA1, ldcs: ['OAK', 'MAPLE', 'OAK'] };
    expect(registerHeadEnd(command, NEW, 7)).toEqual({ at_ms: 7, ...NA1 });
  });

  it('is no change with the same facts', () => {
    const command = { ...NA1, ldcs: ['OAK', 'MAPLE'] };
    expect(registerHeadEnd(command, KNOWN, 7)).toBeNull();
  });

  it.each([
    ['an LDC less', { ldcs: ['MAPLE'] }],
    ['other stamps', { stamps: 'UTC' }],
    ['another key', { key: 'AMCD' }],
    ['multiplied values', { multiplied: true }],
    ['another organization', { org_id: 'OAK' }],
  ])('is a change with %s', (_, facts) => {
    const event = registerHeadEnd({ ...NA1, ...facts }, KNOWN, 7);
    expect(event).toMatchObject(facts);
  });

  it.each([
    ['an id that is none', { amcc_id: 'N A' }, 'BAD_AMCC_ID'],
    ['an unknown organization', { org_id: 'WHO' }, 'UNKNOWN_ORG'],
    ['an unknown LDC', { ldcs: ['WHO'] }, 'UNKNOWN_ORG'],
    ['an LDC without the role', { ldcs: ['NORTHAMI'] }, 'UNKNOWN_LDC'],
    ['no LDC', { ldcs: [] }, 'LDC_MISSING'],
    ['a format of a later phase', { format: 'NEM12' }, 'BAD_FORMAT'],
    ['local stamps', { stamps: 'LOCAL' }, 'BAD_STAMPS'],
    ['another key field', { key: 'SDP' }, 'BAD_KEY'],
  ])('refuses %s', (_, facts, code) => {
    const run = () => registerHeadEnd({ ...NA1, ...facts }, NEW, 7);
    expect(run).toThrow(expect.objectContaining({ code }));
  });
});
