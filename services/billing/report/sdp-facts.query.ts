import { loadDirectory, type DirectorySlice, type Timeline, type Version } from '@mdmr/directory';
import { parseChannels } from '@mdmr/formats';
import { dayOfInstant, formatEstDay, formatInstant, type Zone } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { directoryVersion } from '../decide/delivery.js';
import type {
  Channel,
  Dated,
  DirectoryRef,
  Ended,
  Framing,
  Installation,
  MeterVersion,
  SdpFacts,
  Status,
} from '../decide/sdp-facts.js';

type Values = Version['values'];

function refOf(key: string, version: Version): DirectoryRef {
  const { recorded_at_ms, file_id, line } = version;
  return { key, version: directoryVersion(recorded_at_ms, file_id, line) };
}

function dated<T>(
  timeline: Timeline | undefined,
  key: string,
  value: (values: Values) => T,
): Dated<T>[] {
  return (timeline?.versions ?? []).map((version) => {
    const fromDay = dayOfInstant(version.from_ms);
    const ref = refOf(`${key}/${formatEstDay(fromDay)}`, version);
    return { fromDay, value: value(version.values), ref };
  });
}

function ended(
  timeline: Timeline | undefined,
  key: string,
  value: (values: Values) => string,
): Ended<string>[] {
  return (timeline?.versions ?? []).map((version) => {
    const fromDay = dayOfInstant(version.from_ms);
    const named = value(version.values);
    return {
      fromDay,
      toDay: version.to_ms === null ? null : dayOfInstant(version.to_ms),
      value: named,
      ref: refOf(`${key}/${named}/${formatEstDay(fromDay)}`, version),
    };
  });
}

function meterVersions(timeline: Timeline | undefined, meterId: string): MeterVersion[] {
  return (timeline?.versions ?? []).map((version) => {
    const { values } = version;
    return {
      fromMs: version.from_ms,
      minutes: Number(values['interval_minutes']),
      channels: (parseChannels(values['channels'] ?? '') ?? []) as Channel[],
      multiplier: values['multiplier'] ?? '1',
      ref: refOf(`MTR/${meterId}/${formatInstant(version.from_ms)}`, version),
    };
  });
}

function installations(slice: DirectorySlice, usdpId: string, ldc: string): Installation[] {
  return (slice.installations(usdpId)?.versions ?? []).map((version) => {
    const meterId = version.values['meter_id'] ?? '';
    return {
      meterId,
      fromMs: version.from_ms,
      toMs: version.to_ms,
      meter: meterVersions(slice.meter(ldc, meterId), meterId),
      ref: refOf(`INS/${usdpId}/${meterId}/${formatInstant(version.from_ms)}`, version),
    };
  });
}

/** The facts of one SDP; without any version in the directory all lists are empty. */
function factsOf(slice: DirectorySlice, usdpId: string, ldc: string): SdpFacts {
  return {
    usdpId,
    ldc,
    sdp: dated(slice.sdp(usdpId), `SDP/${usdpId}`, (values) => ({
      status: values['status'] as Status,
      zone: values['time_zone'] as Zone,
    })),
    services: dated(slice.service(usdpId), `SVC/${usdpId}`, (values) => ({
      framing: values['framing'] as Framing,
      calendarId: values['energy_purchase_service'] ?? '',
      rateClass: values['rate_class'] ?? '',
    })),
    // Accounts by their references: their ids stay in the identity compartment.
    accounts: ended(slice.accounts(usdpId), `ACC/${usdpId}`, (values) => values['account_ref']!),
    billingAgents: ended(
      slice.organizations(usdpId, 'BILLING_AGENT'),
      `ORG/${usdpId}/BILLING_AGENT`,
      (values) => values['org_id']!,
    ),
    installations: installations(slice, usdpId, ldc),
  };
}

/** Facts by USDP ID of those that were issued; a constant number of statements. */
export async function loadSdpFacts(
  tx: Pick<Tx, 'query'>,
  usdps: readonly string[],
): Promise<Map<string, SdpFacts>> {
  const wanted = [...new Set(usdps)];
  const issued = await tx.query<{ usdp_id: string; ldc: string }>(
    'select usdp_id, ldc from usdp_issued where usdp_id = any($1)',
    [wanted],
  );
  const slice = await loadDirectory(tx, { usdps: issued.rows.map((row) => row.usdp_id) });
  return new Map(issued.rows.map(({ usdp_id, ldc }) => [usdp_id, factsOf(slice, usdp_id, ldc)]));
}
