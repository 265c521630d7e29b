import type { Organization } from '@mdmr/directory';
import type { EventValue } from '@mdmr/events';
import { compareDecimal, dayOfInstant, isId, parseDecimal, Rejection } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';
import { registeredLdc } from './organization.js';

/** A setting an LDC may have: what it is without being set, and what it may be. */
export interface SettingRule {
  readonly name: string;
  readonly initial: string;
  readonly form: string;
  allows(value: string): boolean;
}

const oneOf = (...values: string[]) => ({
  form: values.join(' or '),
  allows: (value: string) => values.includes(value),
});
const SERVICE = {
  form: 'the id of a VEE service, or empty for none',
  allows: (value: string) => value === '' || isId(value),
};
const WATT_HOURS = {
  form: 'a whole number of Wh from 0',
  allows: (value: string) => /^(0|[1-9]\d{0,11})$/.test(value),
};
const PERCENT = {
  form: 'a percentage from 0 to 100 with at most one decimal',
  allows: (value: string) => /^\d{1,3}(\.\d)?$/.test(value) && atMost100(value),
};

function atMost100(value: string): boolean {
  const decimal = parseDecimal(value);
  return decimal !== null && compareDecimal(decimal, { units: 100n, scale: 0 }) <= 0;
}

/** Every setting of an LDC. */
export const SETTINGS: readonly SettingRule[] = [
  { name: 'bq-split', initial: 'PRICE_DATES', ...oneOf('PRICE_DATES', 'NONE') },
  { name: 'default-vee.RESIDENTIAL', initial: '', ...SERVICE },
  { name: 'default-vee.GENERAL_SERVICE', initial: '', ...SERVICE },
  { name: 'default-vee.OTHER', initial: '', ...SERVICE },
  { name: 'br03-threshold-wh', initial: '0', ...WATT_HOURS },
  { name: 've-to-ami', initial: 'N', ...oneOf('Y', 'N') },
  { name: 'sl-READS', initial: '99.5', ...PERCENT },
  { name: 'sl-BILLING', initial: '99.5', ...PERCENT },
  { name: 'sl-DIRECTORY', initial: '99.5', ...PERCENT },
];

export interface SetSettingCommand {
  readonly ldc: string;
  readonly name: string;
  readonly value: string;
  /** null = today. */
  readonly from_day: EstDay | null;
}

export interface SettingState {
  readonly ldc: Organization | undefined;
  /** What the setting was set to for a day; undefined = it was not. */
  valueOn(day: EstDay): string | undefined;
}

/**
 * Sets a setting from a day on, until the next day it is set for. The value it has on that day
 * anyway is no change: null. Rejections: UNKNOWN_ORG, UNKNOWN_LDC, UNKNOWN_SETTING, BAD_SETTING.
 */
export function setSetting(
  command: SetSettingCommand,
  state: SettingState,
  now: Instant,
): EventValue<'participants.LdcSettingSet'> | null {
  const { ldc, name, value } = command;
  registeredLdc(state.ldc, ldc);
  const rule = SETTINGS.find((setting) => setting.name === name);
  if (rule === undefined) {
    const names = SETTINGS.map((setting) => setting.name).join(', ');
    throw new Rejection('UNKNOWN_SETTING', `there is no setting ${name}: ${names}`);
  }
  if (!rule.allows(value)) {
    throw new Rejection('BAD_SETTING', `${name} is ${rule.form}, not ${JSON.stringify(value)}`);
  }
  const from_day = command.from_day ?? dayOfInstant(now);
  const current = state.valueOn(from_day) ?? rule.initial;
  return current === value ? null : { at_ms: now, ldc, name, value, from_day };
}
