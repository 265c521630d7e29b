/** The directory's timelines as the facts of one channel. Pure: what is known is in the slice. */
import {
  covering,
  type DirectorySlice,
  inForce,
  type Participants,
  type Timeline,
  type Version,
} from '@mdmr/directory';
import {
  type Decimal,
  decimalOf,
  decimalToString,
  compareDecimal,
  type EstDay,
  type Instant,
  parseDecimal,
  startOfDay,
  trimDecimal,
} from '@mdmr/kernel';
import type { ChannelFacts, DatedLength, DayFacts, Piece, Status } from './facts.js';

const FOR_EVER = 8.64e15;

/** Default VEE service of an LDC for a category on a day; empty = none. */
export type DefaultService = (ldc: string, category: string, day: EstDay) => string;

export function defaultServiceOf(participants: Participants): DefaultService {
  return (ldc, category, day) => participants.setting(ldc, `default-vee.${category}`, day) ?? '';
}

/** Channels that any meter of the service point ever lists. */
function channelsOf(slice: DirectorySlice, usdpId: string): string[] {
  const channels = new Set<string>();
  const installations = slice.installations(usdpId);
  for (const installation of installations?.versions ?? []) {
    const meter = slice.meter(installations!.ldc, installation.values['meter_id'] ?? '');
    for (const version of meter?.versions ?? []) {
      for (const channel of listed(version)) channels.add(channel);
    }
  }
  return [...channels].sort();
}

function listed(version: Version): string[] {
  return (version.values['channels'] ?? '').split('+').filter((c) => c !== '');
}

/** Facts of a service point by channel. */
export interface PointFacts {
  readonly ldc: string;
  /** Channels its meters list. */
  readonly channels: readonly string[];
  of(channel: string): ChannelFacts;
}

/** All facts are made here: what is held of many service points must not hold the directory's timelines. */
export function pointFactsOf(
  slice: DirectorySlice,
  usdpId: string,
  defaultService: DefaultService,
): PointFacts {
  const ldc = slice.ldcOf(usdpId) ?? slice.installations(usdpId)?.ldc ?? '';
  const service: ServiceOn = (category, day) => defaultService(ldc, category, day);
  const consumed = dayFactsOf(slice, usdpId, 'SERVICE_KW', service);
  const generated = dayFactsOf(slice, usdpId, 'GENERATION_KW', service);
  const factsOf = (channel: string, pieces: readonly Piece[]): ChannelFacts => {
    const on = channel === 'GKWH' ? generated : consumed;
    return { usdpId, ldc, channel, pieces, on };
  };
  const channels = channelsOf(slice, usdpId);
  const made = new Map(channels.map((c) => [c, factsOf(c, piecesOf(slice, usdpId, c))]));
  const of = (channel: string): ChannelFacts => {
    let facts = made.get(channel);
    if (facts === undefined) made.set(channel, (facts = factsOf(channel, [])));
    return facts;
  };
  return { ldc, channels, of };
}

/** Default service of a category on a day. */
type ServiceOn = (category: string, day: EstDay) => string;

/** Facts of the days that begin at `from` or later, up to the next change. */
interface Steady {
  readonly from: Instant;
  /** The service point names no service: the default counts, which may change by itself. */
  readonly takesDefault: boolean;
  facts: DayFacts;
}

/** Days between two changes share one object: who holds it sees at once that nothing changed. */
function dayFactsOf(
  slice: DirectorySlice,
  usdpId: string,
  ratedBy: 'SERVICE_KW' | 'GENERATION_KW',
  defaultService: ServiceOn,
): (day: EstDay) => DayFacts {
  const sdp = slice.sdp(usdpId);
  const service = slice.service(usdpId);
  const accounts = slice.accounts(usdpId);
  const rated = slice.attribute(usdpId, ratedBy);
  const steady = changesOf([sdp, service, accounts, rated]).map((from): Steady => {
    const values = inForce(sdp, from)?.values ?? {};
    const serviceId = inForce(service, from)?.values['vee_service'] ?? '';
    const facts: DayFacts = {
      status: (values['status'] ?? '') as Status,
      category: values['category'] ?? '',
      accountRef: covering(accounts, from)[0]?.values['account_ref'] ?? '',
      serviceId,
      ratedKw: kwOf(inForce(rated, from)),
    };
    return { from, takesDefault: serviceId === '', facts };
  });
  return (day) => {
    const at = startOfDay(day);
    let i = steady.length - 1;
    while (steady[i]!.from > at) i--;
    const held = steady[i]!;
    if (!held.takesDefault) return held.facts;
    const serviceId = defaultService(held.facts.category, day);
    if (serviceId !== held.facts.serviceId) held.facts = { ...held.facts, serviceId };
    return held.facts;
  };
}

const ALWAYS = -Infinity;

/** Instants at which something begins or ends, in order, and the time before them all. */
function changesOf(timelines: readonly (Timeline | undefined)[]): Instant[] {
  const changes = new Set<Instant>([ALWAYS]);
  for (const timeline of timelines) {
    for (const { from_ms, to_ms } of timeline?.versions ?? []) {
      changes.add(from_ms);
      if (to_ms !== null) changes.add(to_ms);
    }
  }
  return [...changes].sort((a, b) => a - b);
}

function kwOf(version: Version | undefined): number | null {
  const text = version?.values['value'];
  return text === undefined || parseDecimal(text) === null ? null : Number(text);
}

function piecesOf(slice: DirectorySlice, usdpId: string, channel: string): Piece[] {
  const installations = slice.installations(usdpId);
  const pieces: Piece[] = [];
  for (const installation of installations?.versions ?? []) {
    const meterId = installation.values['meter_id'] ?? '';
    const meter = slice.meter(installations!.ldc, meterId);
    if (meter !== undefined)
      pieces.push(...installationPieces(installation, meterId, meter, channel));
  }
  return pieces.sort((a, b) => a.from - b.from || (a.meterId < b.meterId ? -1 : 1));
}

/** One installation cut where the meter's multiplier changes, or the channel comes or goes. */
function installationPieces(
  installation: Version,
  meterId: string,
  meter: Timeline,
  channel: string,
): Piece[] {
  const pieces: Piece[] = [];
  const ends = installation.to_ms ?? FOR_EVER;
  meter.versions.forEach((version, i) => {
    const from = Math.max(installation.from_ms, version.from_ms);
    const to = Math.min(ends, meter.versions[i + 1]?.from_ms ?? FOR_EVER);
    if (from >= to || !listed(version).includes(channel)) return;
    const piece = pieceOf(installation, meterId, version, channel, from, to, ends);
    const previous = pieces.at(-1);
    if (previous && previous.to === from && isSamePiece(previous, piece)) {
      pieces[pieces.length - 1] = joined(previous, piece);
    } else {
      pieces.push(piece);
    }
  });
  return pieces;
}

function pieceOf(
  installation: Version,
  meterId: string,
  version: Version,
  channel: string,
  from: number,
  to: number,
  ends: number,
): Piece {
  const { values } = version;
  const multiplier = parseDecimal(values['multiplier'] ?? '1') ?? decimalOf(1);
  const decimals = values['register_decimals'];
  const lengths: DatedLength[] = [{ from, minutes: Number(values['interval_minutes'] ?? 60) }];
  return {
    meterId,
    installedAt: installation.from_ms,
    from,
    to,
    multiplier,
    multiplierText: decimalToString(trimDecimal(multiplier)),
    dials: Number(values['register_dials'] ?? 6),
    decimals: decimals ? Number(decimals) : null,
    lengths,
    installRead:
      from === installation.from_ms ? readOf(installation, 'install_reads', channel) : null,
    removalRead: to === ends ? readOf(installation, 'removal_reads', channel) : null,
  };
}

function isSamePiece(a: Piece, b: Piece): boolean {
  return compareDecimal(a.multiplier, b.multiplier) === 0;
}

/** Length, dials and decimals may change within a piece: the last dials and decimals count for its blocks. */
function joined(a: Piece, b: Piece): Piece {
  const lengths = [...a.lengths, ...b.lengths];
  return { ...b, from: a.from, installRead: a.installRead, lengths };
}

/** `KWH=3.2+GKWH=0`: the read of the channel. */
function readOf(installation: Version, field: string, channel: string): Decimal | null {
  for (const item of (installation.values[field] ?? '').split('+')) {
    const at = item.indexOf('=');
    if (at > 0 && item.slice(0, at) === channel) return parseDecimal(item.slice(at + 1));
  }
  return null;
}
