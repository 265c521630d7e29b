import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { Timeline, Version } from './timelines.js';

export interface MeterKey {
  readonly ldc: string;
  readonly meterId: string;
}
export interface DirectoryQuery {
  readonly usdps?: readonly string[];
  readonly meters?: readonly MeterKey[];
  /** As the hub knew it then; default: as known now. */
  readonly asKnownAt?: Instant;
}

/** A part of the directory in memory. */
export class DirectorySlice {
  private readonly byKey = new Map<string, Timeline>();
  private readonly sdpsByMeter = new Map<string, Set<string>>();
  private readonly attributesOf = new Map<string, Timeline[]>();

  constructor(timelines: readonly Timeline[]) {
    for (const t of timelines) this.add(t);
  }

  private add(t: Timeline): void {
    const owner = t.recordType === 'MTR' ? t.ldc : '';
    this.byKey.set(`${t.recordType}/${owner}/${t.subject}/${t.name}`, t);
    if (t.recordType === 'ATR') {
      this.attributesOf.set(t.subject, [...(this.attributesOf.get(t.subject) ?? []), t]);
    }
    if (t.recordType !== 'INS') return;
    for (const v of t.versions) {
      const id = `${t.ldc}/${v.values['meter_id']}`;
      const set = this.sdpsByMeter.get(id) ?? new Set();
      this.sdpsByMeter.set(id, set.add(t.subject));
    }
  }

  private get(type: string, subject: string, name = ''): Timeline | undefined {
    return this.byKey.get(`${type}//${subject}/${name}`);
  }

  sdp(usdp: string): Timeline | undefined {
    return this.get('SDP', usdp);
  }
  service(usdp: string): Timeline | undefined {
    return this.get('SVC', usdp);
  }
  installations(usdp: string): Timeline | undefined {
    return this.get('INS', usdp);
  }
  accounts(usdp: string): Timeline | undefined {
    return this.get('ACC', usdp);
  }
  organizations(usdp: string, role: string): Timeline | undefined {
    return this.get('ORG', usdp, role);
  }
  attribute(usdp: string, name: string): Timeline | undefined {
    return this.get('ATR', usdp, name);
  }
  attributes(usdp: string): readonly Timeline[] {
    return this.attributesOf.get(usdp) ?? [];
  }
  meter(ldc: string, meterId: string): Timeline | undefined {
    return this.byKey.get(`MTR/${ldc}/${meterId}/`);
  }
  /** Installations of a meter at any SDP of the slice, by begin. */
  installationsOfMeter(ldc: string, meterId: string): { usdp: string; version: Version }[] {
    const result: { usdp: string; version: Version }[] = [];
    for (const usdp of this.sdpsByMeter.get(`${ldc}/${meterId}`) ?? []) {
      for (const version of this.installations(usdp)?.versions ?? []) {
        if (version.values['meter_id'] === meterId) result.push({ usdp, version });
      }
    }
    return result.sort((a, b) => a.version.from_ms - b.version.from_ms);
  }
  /** The LDC that owns an SDP. */
  ldcOf(usdp: string): string | undefined {
    return this.sdp(usdp)?.ldc;
  }
  timelines(): IterableIterator<Timeline> {
    return this.byKey.values();
  }
}

const COLUMNS = `d.record_type as "recordType", d.ldc, d.subject, d.name, d.set_id as "setId",
  d.known_from_ms as "knownFrom", d.versions`;

/**
 * Timelines of the SDPs and meters asked for; for a meter also those of every SDP it ever was at,
 * for an SDP those of every meter it ever had. A constant number of statements.
 */
export async function loadDirectory(
  tx: Pick<Tx, 'query'>,
  query: DirectoryQuery,
): Promise<DirectorySlice> {
  const usdps = new Set(query.usdps ?? []);
  if (query.meters && query.meters.length > 0) {
    for (const usdp of await sdpsOfMeters(tx, query.meters)) usdps.add(usdp);
  }
  const meters = new Map((query.meters ?? []).map((m) => [`${m.ldc}/${m.meterId}`, m]));
  const bySdp = await timelinesOfSdps(tx, [...usdps], query.asKnownAt);
  for (const t of bySdp) {
    if (t.recordType !== 'INS') continue;
    for (const v of t.versions) {
      const meterId = v.values['meter_id']!;
      meters.set(`${t.ldc}/${meterId}`, { ldc: t.ldc, meterId });
    }
  }
  const byMeter = await timelinesOfMeters(tx, [...meters.values()], query.asKnownAt);
  return new DirectorySlice([...bySdp, ...byMeter]);
}

function knownCondition(at: Instant | undefined): string {
  return at === undefined
    ? 'd.known_to_ms is null'
    : `d.known_from_ms <= ${at} and (d.known_to_ms is null or d.known_to_ms > ${at})`;
}

async function sdpsOfMeters(tx: Pick<Tx, 'query'>, meters: readonly MeterKey[]): Promise<string[]> {
  const result = await tx.query<{ usdp_id: string }>(
    `select distinct m.usdp_id from directory_meter_sdp m
     join unnest($1::text[], $2::text[]) as u(ldc, meter_id) using (ldc, meter_id)`,
    [meters.map((m) => m.ldc), meters.map((m) => m.meterId)],
  );
  return result.rows.map((row) => row.usdp_id);
}

async function timelinesOfSdps(
  tx: Pick<Tx, 'query'>,
  usdps: readonly string[],
  at: Instant | undefined,
): Promise<Timeline[]> {
  if (usdps.length === 0) return [];
  const result = await tx.query<Timeline>(
    `select ${COLUMNS} from directory_timeline d
     where d.subject = any($1::text[])
       and d.record_type in ('SDP', 'ATR', 'INS', 'ACC', 'ORG', 'SVC') and ${knownCondition(at)}`,
    [usdps],
  );
  return result.rows;
}

async function timelinesOfMeters(
  tx: Pick<Tx, 'query'>,
  meters: readonly MeterKey[],
  at: Instant | undefined,
): Promise<Timeline[]> {
  if (meters.length === 0) return [];
  const result = await tx.query<Timeline>(
    `select ${COLUMNS} from directory_timeline d
     join unnest($1::text[], $2::text[]) as u(ldc, meter_id)
       on d.ldc = u.ldc and d.subject = u.meter_id
     where d.record_type = 'MTR' and ${knownCondition(at)}`,
    [meters.map((m) => m.ldc), meters.map((m) => m.meterId)],
  );
  return result.rows;
}

/** A meter that a head-end may mean by a device id. */
export interface DeviceMatch extends MeterKey {
  readonly amccId: string;
  readonly deviceId: string;
}

/** Meters that ever had these device ids at these head-ends; the instant decides among them. */
export async function metersOfDevices(
  tx: Pick<Tx, 'query'>,
  kind: 'METER' | 'AMCD',
  devices: readonly { amccId: string; deviceId: string }[],
): Promise<DeviceMatch[]> {
  if (devices.length === 0) return [];
  const result = await tx.query<DeviceMatch>(
    `select d.amcc_id as "amccId", d.device_id as "deviceId", d.ldc, d.meter_id as "meterId"
     from directory_device d join unnest($2::text[], $3::text[]) as u(amcc_id, device_id)
       using (amcc_id, device_id) where d.id_kind = $1
     order by d.amcc_id, d.device_id, d.ldc, d.meter_id`,
    [kind, devices.map((d) => d.amccId), devices.map((d) => d.deviceId)],
  );
  return result.rows;
}

/** USDP IDs of an LDC, or of all, in byte order. */
export async function listSdps(tx: Pick<Tx, 'query'>, ldc?: string): Promise<string[]> {
  const result = await tx.query<{ subject: string }>(
    `select distinct subject from directory_timeline
     where record_type = 'SDP' and known_to_ms is null and ($1::text is null or ldc = $1)
     order by 1`,
    [ldc ?? null],
  );
  return result.rows.map((row) => row.subject);
}
