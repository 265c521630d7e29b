/** `DAY` records of a scenario: what VEE says of a channel and EST day. */
import { emit, type OutEvent } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import {
  DAY_MS,
  parseEnergyWh,
  parseEstDay,
  present,
  startOfDay,
  type Instant,
} from '@mdmr/kernel';

type Validated = EventValue<'vee.ChannelDayValidated'>;

const STATES = 'VEDNM-';

/** Runs of equal states become lineage, estimates and NVE reasons. */
function runs(states: string, wanted: (state: string) => boolean): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let i = 0; i < states.length; i++) {
    if (!wanted(states[i]!)) continue;
    const last = found.at(-1);
    if (last !== undefined && last.to === i) last.to++;
    else found.push({ from: i, to: i + 1 });
  }
  return found;
}

/** One state for the whole day, or one an interval; `x` = MISS with a source value, `r` = NVE MULTIPLIER. */
function statesOf(text: string, length: number): string {
  return text.length === 1 ? text.repeat(length) : text;
}

function registersOf(text: string, day: number): Validated['registers'] {
  if (text === '') return [];
  const [opening = '', closing = ''] = text.split('..');
  return [
    { at: startOfDay(day), wh: opening },
    { at: startOfDay(day) + DAY_MS, wh: closing },
  ].map(({ at, wh }) => ({
    at_ms: at,
    bounds_at_ms: at,
    meter_id: 'M-1',
    units: 0,
    scale: 0,
    kind: 'READ',
    flag: '',
    wh,
    resolution_wh: '1',
  }));
}

/** Counts versions of each day, so that a second DAY record of the same day is its next version. */
export class DayRecords {
  private readonly versions = new Map<string, number>();

  /** `DAY,usdp,channel,date,cause,states,registers,<kWh>,…`: one value stands for all hours. */
  event(fields: readonly string[], now: Instant): OutEvent {
    const [, usdp = '', channel = '', date = '', cause = '', states = '', registers = ''] = fields;
    const given = fields.slice(7).map((text) => (text === '' ? null : parseEnergyWh(text)));
    const values = given.length === 1 ? new Array<number | null>(24).fill(given[0]!) : given;
    const day = present(parseEstDay(date), date);
    const key = `${usdp}/${channel}/${date}`;
    const version = (this.versions.get(key) ?? 0) + 1;
    this.versions.set(key, version);
    const letters = statesOf(states, values.length);
    const value: Validated = {
      ...EMPTY_DAY,
      at_ms: now,
      usdp_id: usdp,
      channel,
      est_day: day,
      version,
      cause: cause === '' ? 'READ' : cause,
      interval_minutes: 1440 / values.length,
      values: values.map((wh, i) => ('MNxr-'.includes(letters[i]!) ? null : wh)),
      states: letters.replaceAll('x', 'M').replaceAll('r', 'N').replaceAll('Z', 'E'),
      registers: registersOf(registers, day),
      sources: runs(letters, (s) => 'VDxr'.includes(s)).map((run) => ({
        ...run,
        custody_id: `c-${version}`,
        file_id: `READS-${version}`,
        line: 2,
        meter_id: 'M-1',
      })),
      estimates: [
        ...runs(letters, (s) => s === 'E').map((run) => ({ ...ESTIMATE, ...run })),
        ...runs(letters, (s) => s === 'Z').map((run) => ({
          ...ESTIMATE,
          ...run,
          method: 'EST-OUT',
        })),
      ],
      nve: [
        ...runs(letters, (s) => s === 'N').map((run) => ({ ...run, reason: 'NO_HISTORY' })),
        ...runs(letters, (s) => s === 'r').map((run) => ({ ...run, reason: 'MULTIPLIER' })),
      ],
    };
    if (![...value.states].every((state) => STATES.includes(state))) throw new Error(states);
    return emit('vee.ChannelDayValidated', usdp, value);
  }
}

const ESTIMATE = {
  method: 'EST-HIS',
  energy_wh: null,
  factor: null,
  register_from_ms: null,
  register_to_ms: null,
  donor_days: [],
  scaling: 'NONE',
};

export const EMPTY_DAY: Validated = {
  at_ms: 0,
  ldc: 'MAPLE',
  usdp_id: '',
  channel: '',
  est_day: 0,
  version: 0,
  reads_version: 1,
  cause: 'READ',
  run_id: null,
  custody_at_ms: null,
  interval_minutes: 60,
  values: [],
  states: '',
  service_id: 'STD',
  service_version: 1,
  flags: '',
  source_values: [],
  shared: [],
  registers: [],
  passed: [],
  context: '{}',
  sources: [],
  estimates: [],
  nve: [],
  findings: [],
};
