import type { Participants } from '@mdmr/directory';
import { loadParticipants } from '@mdmr/directory';
import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { calendarBins } from '../decide/calendar-bins.js';
import type { BinRow, CalendarBins } from '../decide/calendar-bins.js';
import type { Mode, SetFacts } from '../decide/facts.js';

export interface FactsWanted {
  readonly ldc: string;
  readonly mode: Mode;
  readonly now: Instant;
  readonly futureDays: number;
  readonly backdateDays: number;
  /** USDP IDs the set names. */
  readonly usdps: readonly string[];
}

interface Issued {
  readonly usdp_id: string;
  readonly ldc: string;
  readonly sdp_id: string;
}

/** Everything a set is judged against beside the directory, read once. */
export async function loadFacts(tx: Pick<Tx, 'query'>, wanted: FactsWanted): Promise<SetFacts> {
  const { ldc, now } = wanted;
  const issued = await loadIssued(tx, wanted.usdps);
  const services = await loadVeeServices(tx);
  const calendars = await loadCalendars(tx);
  const rateClasses = await loadRateClasses(tx, ldc);
  const participants = await loadParticipants(tx);
  return {
    ldc,
    mode: wanted.mode,
    now,
    futureDays: wanted.futureDays,
    backdateDays: wanted.backdateDays,
    issued: (usdp) => issued.get(usdp) ?? null,
    isVeeService: (id) => services.has(id),
    calendar: (id) => calendars.get(id) ?? null,
    isRateClass: (id) => rateClasses === null || rateClasses.has(id),
    isOrganization: (id) => participants.org(id) !== undefined,
    isDelegated: (agent, fn, day) => participants.delegated(ldc, agent, fn, day, now),
    isAmcc: (id) => participants.amcc(id)?.ldcs.includes(ldc) ?? false,
    defaultVee: defaultVeeOf(participants, ldc),
  };
}

/** The same few categories and days are asked for a hundred thousand times. */
function defaultVeeOf(participants: Participants, ldc: string): SetFacts['defaultVee'] {
  const known = new Map<string, string | null>();
  return (category, day) => {
    const key = `${category}@${day}`;
    let value = known.get(key);
    if (value === undefined) {
      value = participants.setting(ldc, `default-vee.${category}`, day) ?? null;
      known.set(key, value);
    }
    return value;
  };
}

async function loadIssued(
  tx: Pick<Tx, 'query'>,
  usdps: readonly string[],
): Promise<Map<string, Issued>> {
  const result = await tx.query<Issued>(
    `select i.usdp_id, i.ldc, i.sdp_id from issued_usdp i
     join unnest($1::text[]) as u(usdp_id) using (usdp_id)`,
    [usdps],
  );
  return new Map(result.rows.map((row) => [row.usdp_id, row]));
}

async function loadVeeServices(tx: Pick<Tx, 'query'>): Promise<Set<string>> {
  const result = await tx.query<{ service_id: string }>('select service_id from vee_service');
  return new Set(result.rows.map((row) => row.service_id));
}

async function loadCalendars(tx: Pick<Tx, 'query'>): Promise<Map<string, CalendarBins>> {
  const result = await tx.query<{ calendar_id: string; bins: string[]; bin_rows: BinRow[] }>(
    'select calendar_id, bins, bin_rows from calendar',
  );
  return new Map(result.rows.map((c) => [c.calendar_id, calendarBins(c.bins, c.bin_rows)]));
}

async function loadRateClasses(tx: Pick<Tx, 'query'>, ldc: string): Promise<Set<string> | null> {
  const result = await tx.query<{ codes: string[] }>(
    'select codes from rate_class_list where ldc = $1',
    [ldc],
  );
  const list = result.rows[0];
  return list === undefined ? null : new Set(list.codes);
}
