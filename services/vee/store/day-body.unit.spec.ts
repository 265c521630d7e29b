/** What is written is read again, whatever it is. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Validated } from '../decide/channel-day-event.js';
import { decodeDay, encodeDay } from './day-body.js';

const number = fc.integer({ min: -(2 ** 50), max: 2 ** 50 });
const count = fc.integer({ min: 0, max: 100_000 });
const instant = fc.integer({ min: 0, max: 4_000_000_000_000 });
const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('READ', 'M1'));
const or = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const numbers = fc.array(number, { maxLength: 10 });
const values = fc.array(or(number), { maxLength: 96 });
const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 3 });
const letters = fc.string({ unit: fc.constantFrom('V', 'E', '-'), maxLength: 96 });

const part = fc.record({
  ...{ meter_id: text, from_ms: instant, to_ms: instant },
  ...{ wh: or(text), file_id: or(text), line: or(count) },
});
const register = fc.record({
  ...{ at_ms: instant, bounds_at_ms: or(instant), meter_id: text, units: number, scale: count },
  ...{ kind: text, flag: text, wh: text, resolution_wh: text },
});
const source = fc.record({
  ...{ from: count, to: count, custody_id: text, file_id: text, line: count, meter_id: text },
});
const estimate = fc.record({
  ...{ from: count, to: count, method: text, energy_wh: or(number), factor: or(text) },
  ...{ register_from_ms: or(instant), register_to_ms: or(instant) },
  ...{ donor_days: numbers, scaling: text },
});
const finding = fc.record({
  ...{ rule: text, severity: text, value: text, limit: text, intervals: count },
  ...{ from: or(count), to: or(count), meter_id: or(text), reason: text, outcome: text },
});
const day: fc.Arbitrary<Validated> = fc.record({
  ...{ at_ms: instant, ldc: text, usdp_id: text, channel: text, est_day: count, version: count },
  ...{ reads_version: count, cause: text, run_id: or(text), custody_at_ms: or(instant) },
  ...{ interval_minutes: count, values, states: letters, service_id: text },
  ...{ service_version: count, flags: letters, source_values: values },
  shared: list(fc.record({ index: count, parts: list(part) })),
  ...{ registers: list(register), passed: numbers, context: text, sources: list(source) },
  ...{ estimates: list(estimate), findings: list(finding) },
  nve: list(fc.record({ from: count, to: count, reason: text })),
});

describe('the body of a stored day', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(day, (value) => {
        expect(decodeDay(encodeDay(value), value.usdp_id, value.channel)).toEqual(value);
      }),
    );
  });

  it('of another format is a Defect', () => {
    expect(() => decodeDay(Buffer.from([9]), '', '')).toThrow('written otherwise');
  });
});
