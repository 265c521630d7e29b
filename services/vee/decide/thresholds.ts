/** Thresholds by name, e.g. `r-021.near` or `lin.hours`: defaults from the lists of rules and methods, values per service version. */
import { parseDecimal, Rejection } from '@mdmr/kernel';

/** Names without their prefix, with defaults. */
export type ThresholdDefaults = Readonly<Record<string, number>>;

/** Every threshold's value by full name. */
export type Thresholds = Readonly<Record<string, number>>;

/** `--set` texts over the defaults. A name that nobody defines or a value that is no number is refused. */
export function resolveThresholds(
  defaults: ThresholdDefaults,
  settings: Readonly<Record<string, string>>,
): Thresholds {
  const values: Record<string, number> = { ...defaults };
  for (const [name, text] of Object.entries(settings)) {
    if (!(name in defaults)) {
      throw new Rejection('UNKNOWN_THRESHOLD', `there is no threshold named ${name}`);
    }
    const number = parseDecimal(text) === null ? Number.NaN : Number(text);
    if (!(number >= 0)) {
      throw new Rejection('BAD_THRESHOLD', `${name}=${text}: a number of 0 or more is needed`);
    }
    values[name] = number;
  }
  return values;
}
