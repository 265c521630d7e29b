import type { Config } from '@mdmr/service';
import type { ScheduleTimes } from './decide/schedule.js';

/** EST minutes of the day on which each schedule runs. */
export function scheduleTimes(config: Config): ScheduleTimes {
  return {
    INTERIM: config.scheduleInterimMinute,
    FINAL: config.scheduleFinalMinute,
    DAILY: config.scheduleDailyMinute,
  };
}
