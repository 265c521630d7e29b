import { formatEstDay } from '@mdmr/kernel';
import type { Database } from '@mdmr/postgres';
import { SETTINGS } from '../decide/ldc-setting.js';

/** A value of a setting; `from` null = what it is unless it was set. */
export interface SettingAnswer {
  readonly name: string;
  readonly value: string;
  readonly from: string | null;
}

/**
 * Every setting of an LDC: its default, then its values by the days they begin. Null = unknown LDC.
 */
export async function showSettings(db: Database, ldc: string): Promise<SettingAnswer[] | null> {
  const known = await db.query('select from organization where org_id = $1', [ldc]);
  if (known.rowCount === 0) return null;
  const { rows } = await db.query<{ name: string; value: string; from_day: number }>(
    'select name, value, from_day from ldc_setting where ldc = $1 order by from_day',
    [ldc],
  );
  return SETTINGS.flatMap(({ name, initial }) => [
    { name, value: initial, from: null },
    ...rows
      .filter((row) => row.name === name)
      .map(({ value, from_day }) => ({ name, value, from: formatEstDay(from_day) })),
  ]);
}
