/** The files of a run: a simulated utility, and what goes wrong with its data on the way. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { finish, simulate } from '@mdmr/mdmr';
import type { Dropped } from './check/custody.js';
import type { Plan } from './plan.js';
import { Random } from './random.js';
import { correctionFile, lateFile, withBadLines } from './reads-files.js';

const FROM = '2026-06-01';
/** Names that the simulator gives; each run has its own in their place. */
const SIMULATED = { ldc: 'LDC01', ami: 'SIMAMI', agent: 'SIMBILL' };

/** A file to drop. */
export interface SentFile extends Dropped {
  readonly kind: 'USDP-REQ' | 'SYNC' | 'CMEP' | 'BQ-REQ';
  readonly text: string;
  /** Its own file_id, where the kind has one. */
  readonly fileId: string;
  /** The same bytes as a file before. */
  readonly isRepeat: boolean;
}

/** What the first answer of the hub makes possible: the sets and the requests. */
export interface Registered {
  readonly parts: readonly SentFile[];
  readonly earlyRequest: SentFile;
  readonly lastRequest: SentFile;
  /** Service points with their ids, as answered. */
  readonly points: readonly (readonly [sdp: string, usdp: string])[];
  readonly usdps: { readonly first: string[]; readonly all: string[] };
}

export class World {
  readonly request: SentFile;
  readonly reads: readonly SentFile[];
  readonly lastDay: string;
  private readonly random: Random;

  constructor(
    readonly plan: Plan,
    private readonly folder: string,
  ) {
    this.random = new Random(plan.seed, 'world');
    this.simulate('sent', plan.missingPermille);
    this.simulate('whole', 0);
    const days = this.days('sent');
    const [text] = this.textsOf('sent', days[0]!);
    this.request = csvFile(this.plan.ldc, 'USDP-REQ', this.named(text!));
    this.reads = this.makeReads(days.slice(1));
    this.lastDay = days.at(-1)!;
  }

  private simulate(out: string, missingPermille: number): void {
    const { seed, sdps, days } = this.plan;
    const folder = path.join(this.folder, out);
    mkdirSync(folder, { recursive: true });
    simulate({ ldcs: 1, sdps, days, from: FROM, seed, out: folder, missingPermille });
  }

  /** Folders of days, the day of the request first. */
  private days(out: string): string[] {
    const folder = path.join(this.folder, out, SIMULATED.ldc);
    return readdirSync(folder)
      .filter((name) => /^\d{4}-/.test(name))
      .sort();
  }

  private textsOf(out: string, day: string, match = /./): string[] {
    const folder = path.join(this.folder, out, SIMULATED.ldc, day);
    const names = readdirSync(folder).filter((name) => match.test(name));
    return names.sort().map((name) => readFileSync(path.join(folder, name), 'utf8'));
  }

  /** Simulated text with this run's names. */
  private named(text: string): string {
    const { ldc, ami, agent } = this.plan;
    return text
      .replaceAll(SIMULATED.ldc, ldc)
      .replaceAll(SIMULATED.ami, ami)
      .replaceAll(SIMULATED.agent, agent);
  }

  private makeReads(days: readonly string[]): SentFile[] {
    const { random, plan } = this;
    const sent = days.map((day) => this.named(this.textsOf('sent', day, /CMEP/)[0]!));
    const whole = days.map((day) => this.named(this.textsOf('whole', day, /CMEP/)[0]!));
    const pieces = sent.flatMap((text) => (random.chance(400) ? halves(text) : [text]));
    const files = pieces.map((text) => (random.chance(300) ? withBadLines(random, text) : text));
    const corrections = Array.from({ length: random.between(1, 3) }, () =>
      correctionFile(random, random.pick(sent)),
    );
    const late = sent.map((text, i) => lateFile(random, text, whole[i]!));
    const texts = [...files, ...corrections, ...late].filter((text) => text !== '');
    return texts.map((text, i) => {
      const name = `${plan.ami}_CMEP_${plan.ldc}-${i + 1}.cmep`;
      return { ...meterFile(plan.ami, name, text), isRepeat: false };
    });
  }

  /** @param response the hub's USDP-RSP to the request */
  async registered(response: string): Promise<Registered> {
    const { random, plan } = this;
    const lines = response.split('\n').filter((line) => line.startsWith('SDP,'));
    const roles = random.shuffled(lines.map((_, i) => i));
    const [never, late] = [roles.slice(0, 2), roles.slice(2, 2 + Math.ceil(lines.length / 10))];
    const first = lines.filter((_, i) => !never.includes(i) && !late.includes(i));
    const second = lines.filter((_, i) => late.includes(i));
    const psync = await this.finished(response, first, 'first');
    const isync = await this.finished(response, second, 'second');
    const sets = [psync.parts, isync.parts.map((text) => asIsync(text, plan.ldc, 2))];
    const swap = plan.hasSwap ? swapSet(random, psync.parts, plan.ldc) : null;
    if (swap !== null) sets.push(swap);
    const requests = [...psync.request, ...isync.request];
    const usdpOf = (line: string) => line.split(',')[2]!;
    return {
      parts: sets.flat().map((text) => csvFile(plan.ldc, 'SYNC', text)),
      earlyRequest: csvFile(plan.agent, 'BQ-REQ', this.requestText(1, psync.request)),
      lastRequest: csvFile(plan.agent, 'BQ-REQ', this.requestText(2, requests)),
      points: lines.map((line) => [line.split(',')[1]!, usdpOf(line)] as const),
      usdps: { first: first.map(usdpOf), all: [...first, ...second].map(usdpOf) },
    };
  }

  /** The sets and request items of some service points, as the simulator makes them. */
  private async finished(
    response: string,
    lines: readonly string[],
    name: string,
  ): Promise<{ parts: string[]; request: string[] }> {
    const header = response.split('\n', 1)[0]!;
    const text = [header, ...lines, `TRL,${lines.length}`, ''].join('\n');
    const file = path.join(this.folder, `${name}.csv`);
    writeFileSync(file, text.replaceAll(this.plan.ldc, SIMULATED.ldc));
    const { files } = await finish(file, path.join(this.folder, 'sent'));
    const texts = files.map((one) =>
      this.named(readFileSync(path.join(this.folder, 'sent', one), 'utf8')),
    );
    const request = texts.pop()!.split('\n');
    return { parts: texts, request: request.filter((line) => line.startsWith('REQ,')) };
  }

  private requestText(number: number, items: readonly string[]): string {
    const { ldc, agent } = this.plan;
    const header = `HDR,BQ-REQ,1,${agent},${ldc},${ldc}-Q-${number},2026-06-20T09:00:00-05:00`;
    return [header, ...items, `TRL,${items.length}`, ''].join('\n');
  }
}

function meterFile(org: string, name: string, text: string): Omit<SentFile, 'isRepeat'> {
  return { org, name, text, kind: 'CMEP', fileId: '', states: ['DECIDED'] };
}

function csvFile(org: string, kind: SentFile['kind'], text: string): SentFile {
  const lines = text.split('\n');
  const [, fullKind, , , , fileId] = lines[0]!.split(',');
  const name = `${org}_${fullKind}_${fileId}.csv`;
  const records = lines.length - 3;
  return { org, name, kind, text, fileId: fileId!, states: ['DECIDED'], records, isRepeat: false };
}

function halves(text: string): string[] {
  const lines = text.split('\n').slice(0, -1);
  const middle = Math.ceil(lines.length / 2);
  return [lines.slice(0, middle), lines.slice(middle)].map((part) => `${part.join('\n')}\n`);
}

/** A simulated first set as a later one that only adds. */
function asIsync(text: string, ldc: string, sequence: number): string {
  const set = `${ldc}-S-${sequence}`;
  return text
    .replaceAll(`${ldc}-S-1`, set)
    .replace(`,PSYNC,${set},1,`, `,ISYNC,${set},${sequence},`);
}

/** A set that puts two crossed meters right; null where no two are alike. */
function swapSet(random: Random, parts: readonly string[], ldc: string): string[] | null {
  const alike = new Map<string, string[]>();
  for (const line of linesOf(parts[1]!, 'MTR')) {
    const [, meter, , , , ...facts] = line.split(',');
    const key = facts.join();
    alike.set(key, [...(alike.get(key) ?? []), meter!]);
  }
  const groups = [...alike.values()].filter((group) => group.length > 1);
  if (groups.length === 0) return null;
  const [one, other] = random.some(random.pick(groups), 2);
  const installed = linesOf(parts[2]!, 'INS').map((line) => line.split(','));
  const a = installed.find((fields) => fields[2] === one)!;
  const b = installed.find((fields) => fields[2] === other)!;
  const withdrawn = [a, b].map(([type, usdp, meter, at]) =>
    [type, usdp, meter, at, '', '', '', 'WITHDRAW'].join(),
  );
  const crossed = [
    [...a.slice(0, 2), ...b.slice(2)].join(),
    [...b.slice(0, 2), ...a.slice(2)].join(),
  ];
  return parts.map((text, i) => {
    const records = i === 2 ? [...withdrawn, ...crossed] : [];
    const header = asIsync(text.split('\n', 1)[0]!, ldc, 3);
    return [header, ...records, `TRL,${records.length}`, ''].join('\n');
  });
}

function linesOf(text: string, type: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(`${type},`));
}

/** The same bytes under another name, or another file under the same id. */
export function repeated(file: SentFile, how: 'same' | 'other'): SentFile {
  const name = file.name.replace(/(\.\w+)$/, `-${how}$1`);
  if (file.kind === 'CMEP') return { ...file, name, isRepeat: true };
  const text = how === 'same' ? file.text : file.text.replace(/:00-05:00/, ':07-05:00');
  const { org, kind, fileId } = file;
  const fate =
    how === 'same'
      ? { states: ['REPEATED'] }
      : { states: ['REFUSED'], reason: 'DUPLICATE_FILE_ID' };
  return { org, kind, fileId, name, text, isRepeat: true, ...fate };
}
