import { describe, expect, it } from '@jest/globals';
import { recipientsOf } from './recipients.js';

describe('recipients of a scheduled report', () => {
  const audience = {
    ldc: 'MAPLE',
    amiOperators: ['NORTHAMI', 'MAPLE'],
    billingAgents: ['BILLCO', 'NORTHAMI'],
  };
  it('are those of its roles, each once', () => {
    expect(recipientsOf(['L', 'A'], audience)).toEqual([
      { org: 'MAPLE', roles: ['L', 'A'] },
      { org: 'NORTHAMI', roles: ['A'] },
    ]);
    expect(recipientsOf(['L', 'A', 'B'], audience).map((r) => r.org)).toEqual([
      'BILLCO',
      'MAPLE',
      'NORTHAMI',
    ]);
    expect(recipientsOf(['L'], audience)).toEqual([{ org: 'MAPLE', roles: ['L'] }]);
  });
});
