import { describe, expect, it } from '@jest/globals';
import { Defect, Fault, Rejection } from '@mdmr/kernel';
import { FenceLost } from './fence.js';
import { isWorldFault } from './world-fault.js';

const coded = (code: string) => Object.assign(new Error('it failed'), { code });

describe('a failure of the world', () => {
  it('is a server, a lock or a disk, and another owner', () => {
    const codes = ['08006', '40001', '40P01', '53100', '53300', '55P03', '57P01', '57014'];
    const found = [...codes, 'ENOSPC', 'EMFILE'].filter((code) => !isWorldFault(coded(code)));
    expect(found).toEqual([]);
    const refused = 'database "mdmr_vee" is not currently accepting connections';
    expect(isWorldFault(Object.assign(new Error(refused), { code: '55000' }))).toBe(true);
    expect(isWorldFault(new Error('connect ECONNREFUSED 127.0.0.1:1'))).toBe(true);
    expect(isWorldFault(new Fault('F', 'x'))).toBe(true);
    expect(isWorldFault(new FenceLost('x'))).toBe(true);
  });

  it('is nothing that comes of the input or of us', () => {
    for (const code of ['23505', '22P02', '42P01', 'ENOENT']) {
      expect([code, isWorldFault(coded(code))]).toEqual([code, false]);
    }
    expect(isWorldFault(new Rejection('R', 'x'))).toBe(false);
    expect(isWorldFault(new Defect('D', 'x'))).toBe(false);
    expect(isWorldFault(null)).toBe(false);
  });
});
