import { describe, expect, it } from '@jest/globals';
import { HEARTBEAT_MS, SESSION_MS } from './consumer.js';

describe('a member of a group', () => {
  it('is given up within 5 s of its death, and not for two heartbeats that were late', () => {
    expect(SESSION_MS).toBeLessThan(5_000);
    expect(SESSION_MS).toBeGreaterThan(3 * HEARTBEAT_MS);
  });
});
