import path from 'node:path';
import { parseInstant } from '@mdmr/kernel';

/** How a setting's text becomes its value; a string result is the complaint. */
interface Kind<T> {
  readonly read: (text: string) => T | { readonly wrong: string };
}

const wrong = (sentence: string) => ({ wrong: sentence });

const text: Kind<string> = { read: (t) => t };
const wholeNumber: Kind<number> = {
  read: (t) => (/^\d{1,15}$/.test(t) ? Number(t) : wrong('must be a whole number')),
};
const share: Kind<number> = {
  read: (t) =>
    /^(0(\.\d+)?|1(\.0+)?)$/.test(t) ? Number(t) : wrong('must be a number from 0 to 1'),
};
const timeOfDay: Kind<number> = {
  read: (t) => {
    const m = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(t);
    return m ? Number(m[1]) * 60 + Number(m[2]) : wrong('must be HH:MM, EST');
  },
};
const oneOf = <T extends string>(...values: T[]): Kind<T> => ({
  read: (t) => (values.includes(t as T) ? (t as T) : wrong(`must be one of ${values.join(', ')}`)),
});
const clock: Kind<string> = {
  read: (t) =>
    t === 'system' || parseInstant(t) !== null ? t : wrong('must be `system` or an instant'),
};
const list: Kind<string[]> = {
  read: (t) =>
    t
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
};

interface Setting<T> {
  readonly env: string;
  readonly fallback: string;
  readonly kind: Kind<T>;
  readonly doc: string;
}
const setting = <T>(env: string, fallback: string | number, kind: Kind<T>, doc: string) =>
  ({ env: `MDMR_${env}`, fallback: String(fallback), kind, doc }) as Setting<T>;

/** Every setting of the hub: the reference table docs/reference/settings.md is made from it. */
export const settings = {
  dataDir: setting('DATA_DIR', '.mdmr', text, 'all the embedded stack keeps'),
  exchangeDir: setting('EXCHANGE_DIR', '', text, 'drop folders; default <data dir>/exchange'),
  operatorKeyFile: setting('OPERATOR_KEY_FILE', '', text, 'default <data dir>/keys/operator.key'),
  portBase: setting('PORT_BASE', 7400, wholeNumber, 'every port is base to base + 99'),
  httpPort: setting('HTTP_PORT', 0, wholeNumber, 'port of one service; set by the supervisor'),
  kafkaBrokers: setting('KAFKA_BROKERS', '', list, 'existing brokers in place of the embedded one'),
  kafkaReplication: setting(
    'KAFKA_REPLICATION',
    0,
    wholeNumber,
    'copies of each topic that is made; 0: as many as there are brokers, 3 at most',
  ),
  kafkaNamespace: setting('KAFKA_NAMESPACE', '', text, 'goes before every topic and group'),
  pgUrl: setting('PG_URL', '', text, 'existing Postgres in place of the embedded one'),
  instance: setting('INSTANCE', '0', text, 'names one of several instances of a service'),
  environment: setting(
    'ENVIRONMENT',
    'SANDBOX',
    oneOf('SANDBOX', 'QUALIFICATION', 'PRODUCTION'),
    'what the hub is for',
  ),
  clock: setting('CLOCK', 'system', clock, '`system`, or the instant a driven clock starts at'),
  logLevel: setting('LOG_LEVEL', 'info', oneOf('debug', 'info', 'warn', 'error'), 'least level'),
  schedule: setting('SCHEDULE', 'on', oneOf('on', 'off'), 'off: schedules only when asked for'),
  scheduleReadsDueMinute: setting('SCHEDULE_READS_DUE', '05:00', timeOfDay, 'reads of D are due'),
  scheduleInterimMinute: setting('SCHEDULE_INTERIM', '07:10', timeOfDay, 'interim run'),
  scheduleFinalMinute: setting('SCHEDULE_FINAL', '07:30', timeOfDay, 'final run'),
  scheduleDailyMinute: setting('SCHEDULE_DAILY', '08:30', timeOfDay, 'daily run'),
  scheduleSyncCutoffMinute: setting('SCHEDULE_SYNC_CUTOFF', '16:00', timeOfDay, 'sets in by then'),
  syncWindowSeconds: setting('SYNC_WINDOW_SECONDS', 7200, wholeNumber, 'a set may complete'),
  syncFutureDays: setting('SYNC_FUTURE_DAYS', 400, wholeNumber, 'records may lie ahead'),
  syncBackdateDays: setting('SYNC_BACKDATE_DAYS', 800, wholeNumber, 'ISYNC may go back'),
  psyncGuardShare: setting('PSYNC_GUARD_SHARE', '0.05', share, 'a PSYNC beyond it is parked'),
  psyncParkDays: setting('PSYNC_PARK_DAYS', 5, wholeNumber, 'a parked set waits'),
  futureReadSeconds: setting('FUTURE_READ_SECONDS', 300, wholeNumber, 'an interval may lie ahead'),
  staleReadDays: setting('STALE_READ_DAYS', 90, wholeNumber, 'older values are noted STALE'),
  localClockShare: setting('LOCAL_CLOCK_SHARE', '0.5', share, 'of meters that betray local time'),
  heldListDays: setting('HELD_LIST_DAYS', 35, wholeNumber, 'held values are listed one by one'),
  heldExpireDays: setting('HELD_EXPIRE_DAYS', 400, wholeNumber, 'held values are kept'),
  bqWindowHours: setting('BQ_WINDOW_HOURS', 120, wholeNumber, 'window of a request without one'),
  bqWindowMaxDays: setting('BQ_WINDOW_MAX_DAYS', 35, wholeNumber, 'longest window'),
  bqResponseMinutes: setting('BQ_RESPONSE_MINUTES', 15, wholeNumber, 'between later responses'),
  bqMaxDays: setting('BQ_MAX_DAYS', 400, wholeNumber, 'longest period of an item'),
  rebillDays: setting('REBILL_DAYS', 800, wholeNumber, 'delivered items are compared'),
  inboxStillSeconds: setting('INBOX_STILL_SECONDS', 1, wholeNumber, 'size still: has arrived'),
  outboxKeepDays: setting('OUTBOX_KEEP_DAYS', 35, wholeNumber, 'nothing younger is removed'),
  maxFileBytes: setting('MAX_FILE_BYTES', 536870912, wholeNumber, 'a file'),
  maxRecords: setting('MAX_RECORDS', 5000000, wholeNumber, 'records of a file'),
  maxLineBytes: setting('MAX_LINE_BYTES', 4096, wholeNumber, 'a line'),
  segmentBytes: setting(
    'SEGMENT_BYTES',
    8388608,
    wholeNumber,
    'about so much of a meter file is one piece',
  ),
  maxOpenSets: setting('MAX_OPEN_SETS', 64, wholeNumber, 'open sets of an LDC'),
  maxRequests: setting('MAX_REQUESTS', 200000, wholeNumber, 'items of a request file'),
} as const;

type SettingName = keyof typeof settings;
type ValueOf<S> = S extends Setting<infer T> ? T : never;
/** The hub's settings with their values. Paths are absolute. */
export type Config = { readonly [K in SettingName]: ValueOf<(typeof settings)[K]> };

/** Wrong settings, a sentence each. */
export class SettingsWrong extends Error {
  constructor(readonly sentences: readonly string[]) {
    super(sentences.join('\n'));
  }
}

/**
 * Reads all settings.
 * @throws SettingsWrong with one sentence for each mistake
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const sentences: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, s] of Object.entries(settings) as [SettingName, Setting<unknown>][]) {
    const given = env[s.env];
    const value = s.kind.read(given === undefined || given === '' ? s.fallback : given);
    if (typeof value === 'object' && value !== null && 'wrong' in value) {
      sentences.push(`${s.env} ${String(value.wrong)}; it is ${JSON.stringify(given)}.`);
    }
    values[name] = value;
  }
  if (sentences.length > 0) throw new SettingsWrong(sentences);
  return withPaths(values as unknown as Config);
}

function withPaths(config: Config): Config {
  const dataDir = path.resolve(config.dataDir);
  return {
    ...config,
    dataDir,
    exchangeDir: path.resolve(config.exchangeDir || path.join(dataDir, 'exchange')),
    operatorKeyFile: path.resolve(
      config.operatorKeyFile || path.join(dataDir, 'keys', 'operator.key'),
    ),
  };
}
