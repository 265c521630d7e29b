import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BillingStand } from './billing-stand.js';
import { playScenario, readRecords } from './run-scenario.js';

/** The folders stand beside the sources, not beside the compiled specs. */
const FOLDER = path.resolve(import.meta.dirname, '../../scenarios');
const names = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

describe.each(names)('scenario %s', (name) => {
  let stand: BillingStand;
  beforeAll(async () => {
    stand = await BillingStand.open();
  }, 60_000);
  afterAll(async () => {
    await stand?.close();
  }, 60_000);

  it('comes out as then.csv has it', async () => {
    const folder = path.join(FOLDER, name);
    const told = await playScenario(stand, folder);
    const expected = await readRecords(path.join(folder, 'then.csv'));
    expect(told).toEqual(expected.map((fields) => fields.join(',')));
  }, 120_000);

  it('is rebuilt from the topics with the same content', async () => {
    const tables = await stand.billing.tools.bus.rebuild(true);
    expect(tables.filter((table) => !table.equal)).toEqual([]);
    expect(tables.length).toBeGreaterThan(15);
  }, 60_000);
});
