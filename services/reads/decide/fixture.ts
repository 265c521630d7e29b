/** Builders for specs: a directory, blocks and files in few words. */
import { CmepParser } from '@mdmr/formats';
import { parseDecimal, parseEstDay, parseInstant, startOfDay, type Decimal } from '@mdmr/kernel';
import { attributeBlock } from './attribute-block.js';
import type { Block, FileOrigin, StoredBlock } from './block.js';
import { DirectoryIndex } from './directory-index.js';
import type {
  DirectoryView,
  HeadEnd,
  Installation,
  MeterTimeline,
  MeterVersion,
  ServicePoint,
} from './directory-view.js';
import { readLine, type ReadLine } from './read-line.js';
import { attributeStored, type ArrivedBlock } from './receive-blocks.js';

/** `2026-07-01` or `2026-07-01T10:37` as an instant, EST. */
export function at(text: string): number {
  const day = parseEstDay(text);
  const instant = day === null ? parseInstant(`${text}:00-05:00`) : startOfDay(day);
  if (instant === null) throw new Error(`no time: ${text}`);
  return instant;
}

export function day(text: string): number {
  const value = parseEstDay(text);
  if (value === null) throw new Error(`no day: ${text}`);
  return value;
}

export function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === null) throw new Error(`no decimal: ${text}`);
  return value;
}

export interface VersionInput {
  readonly from?: string;
  readonly amcc?: string;
  readonly amcd?: string;
  readonly minutes?: number;
  readonly multiplier?: string;
  readonly channels?: string;
  readonly decimals?: number | null;
}

export function version(input: VersionInput = {}): MeterVersion {
  return {
    fromMs: at(input.from ?? '2026-05-01'),
    amccId: input.amcc ?? 'NA1',
    amcdId: input.amcd ?? 'D-1',
    intervalMinutes: input.minutes ?? 60,
    multiplier: decimal(input.multiplier ?? '1'),
    dials: 6,
    decimals: input.decimals === undefined ? 3 : input.decimals,
    channels: (input.channels ?? 'KWH').split('+'),
  };
}

export function meter(meterId: string, ...versions: VersionInput[]): MeterTimeline {
  const amcd = `D${meterId.slice(1)}`;
  const all = versions.length === 0 ? [{}] : versions;
  return { ldc: 'MAPLE', meterId, versions: all.map((v) => version({ amcd, ...v })) };
}

export interface InstallationInput {
  readonly meter: string;
  readonly from?: string;
  readonly to?: string;
  readonly installRead?: string;
  readonly removalRead?: string;
}

function reads(text: string | undefined): Map<string, Decimal> {
  return new Map(text === undefined ? [] : [['KWH', decimal(text)]]);
}

export interface PointInput {
  readonly ldc?: string;
  readonly status?: string | readonly (readonly [string, string])[];
  readonly service?: string;
  readonly operator?: string;
}

/** A service point, ACTIVE with service STD and operator NORTHAMI from 2026-05-01 unless said. */
export function point(
  usdpId: string,
  installations: readonly InstallationInput[],
  input: PointInput = {},
): ServicePoint {
  const ldc = input.ldc ?? 'MAPLE';
  const status = input.status ?? 'ACTIVE';
  const statuses = typeof status === 'string' ? [['2026-05-01', status] as const] : status;
  const fromMs = at('2026-05-01');
  return {
    usdpId,
    ldc,
    statuses: statuses.map(([from, value]) => ({
      fromMs: at(from),
      value: { status: value, category: 'RESIDENTIAL' },
    })),
    services: [{ fromMs, value: input.service ?? 'STD' }],
    operators: [{ fromMs, toMs: null, orgId: input.operator ?? 'NORTHAMI' }],
    installations: installations.map((i): Installation => ({
      usdpId,
      ldc,
      meterId: i.meter,
      fromMs: at(i.from ?? '2026-05-01'),
      toMs: i.to === undefined ? null : at(i.to),
      installReads: reads(i.installRead),
      removalReads: reads(i.removalRead),
      fileId: 'MP-S-1.3',
      line: 2,
    })),
  };
}

export function headEnd(amccId = 'NA1', input: Partial<HeadEnd> = {}): HeadEnd {
  return {
    amccId,
    orgId: 'NORTHAMI',
    ldcs: ['MAPLE'],
    key: 'METER',
    stamps: 'EST',
    multiplied: false,
    ...input,
  };
}

export interface DirectoryInput {
  readonly meters?: readonly MeterTimeline[];
  readonly points?: readonly ServicePoint[];
  readonly headEnds?: readonly HeadEnd[];
  /** `default-vee.RESIDENTIAL` of every LDC and day. */
  readonly defaultService?: string;
}

export function directory(input: DirectoryInput = {}): DirectoryIndex {
  const headEnds = input.headEnds ?? [headEnd()];
  return new DirectoryIndex({
    headEnd: (id) => headEnds.find((h) => h.amccId === id),
    defaultService: () => input.defaultService ?? null,
    meters: input.meters ?? [],
    points: input.points ?? [],
  });
}

/** File number n, received at 2026-07-03 11:00 EST plus n seconds. */
export function file(n = 1, input: Partial<FileOrigin> = {}): FileOrigin {
  return {
    custodyId: `C${n}`,
    custodySeq: n,
    custodyAtMs: at('2026-07-03T11:00') + n * 1000,
    sender: 'NORTHAMI',
    fileId: `F${n}`,
    fileName: `f${n}.cmep`,
    ...input,
  };
}

const parser = new CmepParser();

/** Lines of a file as read. */
export function readLines(text: string, options?: { utc?: boolean }): ReadLine[] {
  const reader = options?.utc ? new CmepParser({ utc: () => true }) : parser;
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, i) => {
    const bytes = Buffer.from(line);
    return readLine(reader.parse(bytes, 0, bytes.length, i + 1));
  });
}

export interface BlockInput {
  readonly device?: string;
  readonly amcc?: string;
  readonly other?: string;
  readonly key?: 'METER' | 'AMCD';
  readonly channel?: string;
  readonly day?: string;
  readonly minutes?: number;
  readonly multiplied?: boolean;
  readonly file?: FileOrigin;
  readonly line?: number;
  /** `index: 'R1.900'`: flag letter (V for the empty flag), then the number. */
  readonly values?: Readonly<Record<number, string>>;
  /** `'2026-07-01T10:37': 'R100.5'`. */
  readonly registers?: Readonly<Record<string, string>>;
  readonly repeats?: readonly number[];
}

/** A block of M-1 at NA1 for 2026-07-01, hourly, scale 3, unless said. */
export function block(input: BlockInput): Block {
  const minutes = input.registers ? 0 : (input.minutes ?? 60);
  const slots = minutes === 0 ? 0 : 1440 / minutes;
  const values = new Array<number | null>(slots).fill(null);
  const flags = new Array<string>(slots).fill('.');
  for (const [index, text] of Object.entries(input.values ?? {})) {
    flags[Number(index)] = text[0]!;
    values[Number(index)] = text[0] === 'N' ? null : Math.round(Number(text.slice(1)) * 1000);
  }
  return {
    amccId: input.amcc ?? 'NA1',
    deviceId: input.device ?? 'M-1',
    key: input.key ?? 'METER',
    otherId: input.other ?? '',
    channel: input.channel ?? 'KWH',
    estDay: day(input.day ?? '2026-07-01'),
    file: input.file ?? file(),
    line: input.line ?? 1,
    purpose: 'OK',
    multiplied: input.multiplied ?? false,
    intervalMinutes: minutes,
    scale: 3,
    values,
    flags: flags.join(''),
    masks: [],
    registers: Object.entries(input.registers ?? {}).map(([stamp, text]) => {
      const { units, scale } = decimal(text.slice(1));
      return { atMs: at(stamp), units: Number(units), scale, flag: text[0]! };
    }),
    repeats: input.repeats ?? [],
  };
}

/** All hours (or shorter intervals) of a day with one value. */
export function wholeDay(value: string, minutes = 60): Record<number, string> {
  return Object.fromEntries(Array.from({ length: 1440 / minutes }, (_, i) => [i, value]));
}

/** A block with what a directory makes of it. */
export function attributed(view: DirectoryView, b: Block | StoredBlock): ArrivedBlock {
  const attributions = 'runs' in b ? attributeStored(view, b) : attributeBlock(view, b);
  return { block: b, attributions };
}
