/** What Linux tells of processes and of the machine under /proc. Pure parsers, and thin readers. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

/** Clock ticks a second; Linux has shown 100 to programs for ever. */
export const TICKS_PER_SECOND = 100;

export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** Seconds of CPU of the process itself, user and system. */
  readonly cpuS: number;
  /** Seconds of CPU of children that ended and were waited for. */
  readonly reapedS: number;
  /** Ticks since boot; with the pid it names a process for ever. */
  readonly startTicks: number;
}

/** Of /proc/<pid>/stat. The name may hold blanks and brackets: fields count from its last bracket. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (field: number) => Number(fields[field - 3]);
  return {
    pid: Number.parseInt(text, 10),
    parent: at(4),
    cpuS: (at(14) + at(15)) / TICKS_PER_SECOND,
    reapedS: (at(16) + at(17)) / TICKS_PER_SECOND,
    startTicks: at(22),
  };
}

/** Bytes of a line like `VmHWM:   123 kB`; null where there is none. */
export function parseKilobytes(text: string, name: string): number | null {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text);
  return found === null ? null : Number(found[1]) * 1024;
}

/** Seconds all cores together were busy since boot, of /proc/stat; guests are part of user time. */
export function parseBusySeconds(text: string): number {
  const [user, nice, system, _idle, _iowait, irq, softirq] = text
    .slice(0, text.indexOf('\n'))
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user! + nice! + system! + irq! + softirq!) / TICKS_PER_SECOND;
}

/** Null when the process is gone. */
export function readStat(pid: number): ProcessStat | null {
  const text = readProc(`${pid}/stat`);
  return text === null ? null : parseStat(text);
}

/** A process and everything below it. */
export function readTree(root: number): ProcessStat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
  const tree = all.filter((stat) => stat.pid === root);
  for (const above of tree) tree.push(...all.filter((stat) => stat.parent === above.pid));
  return tree;
}

/** Seconds since boot. */
export function uptimeSeconds(): number {
  return Number.parseFloat(readFileSync('/proc/uptime', 'utf8'));
}

export function busySeconds(): number {
  return parseBusySeconds(readFileSync('/proc/stat', 'utf8'));
}

/** Begins a new peak of resident memory; false where the process is another user's. */
export function resetPeak(pid: number): boolean {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return true;
  } catch {
    return false;
  }
}

/** Bytes of resident memory at its peak since resetPeak(). */
export function readPeak(pid: number): number | null {
  return parseKilobytes(readProc(`${pid}/status`) ?? '', 'VmHWM');
}

/** Bytes of memory with what is shared divided among those who share it. */
export function readProportional(pid: number): number {
  return parseKilobytes(readProc(`${pid}/smaps_rollup`) ?? '', 'Pss') ?? 0;
}

function readProc(path: string): string | null {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return null;
  }
}
