/** CPU and memory of the processes of a hub over a span of time, and what else the machine did. */
import {
  busySeconds,
  readPeak,
  readProportional,
  readStat,
  readTree,
  resetPeak,
  type ProcessStat,
} from './proc.js';

export interface Watched {
  readonly name: string;
  readonly pid: number;
  /** Its children are counted with it, those that ended too. */
  readonly tree?: boolean;
}

export interface ProcessUse {
  readonly name: string;
  readonly cpuS: number;
  /** Resident at the peak; of a tree at the end, shared pages counted once. */
  readonly memoryBytes: number | null;
}

export interface Use {
  readonly wallS: number;
  readonly processes: readonly ProcessUse[];
  /** CPU seconds of all watched processes. */
  readonly ownS: number;
  /** CPU seconds of this process, the one that looks. */
  readonly benchS: number;
  /** Cores that programs kept busy which are neither watched nor this one. */
  readonly foreignCores: number;
}

interface Start extends Watched {
  readonly stat: ProcessStat;
  readonly cpuS: number;
  readonly peaks: boolean;
}

export class ProcessWatch {
  private readonly starts: Start[];
  private readonly startedAt = performance.now();
  private readonly busyS = busySeconds();
  private readonly bench = process.cpuUsage();

  /** Begins now. */
  constructor(watched: readonly Watched[]) {
    this.starts = watched.map((one) => {
      const stat = living(one);
      return { ...one, stat, cpuS: cpuOf(one), peaks: resetPeak(one.pid) };
    });
  }

  /** @throws when a process was started anew meanwhile: its work would be missing */
  end(): Use {
    const wallS = (performance.now() - this.startedAt) / 1000;
    const busyS = busySeconds() - this.busyS;
    const { user, system } = process.cpuUsage(this.bench);
    const benchS = (user + system) / 1e6;
    const processes = this.starts.map(useOf);
    const ownS = processes.reduce((sum, one) => sum + one.cpuS, 0);
    const foreignCores = Math.max(0, (busyS - ownS - benchS) / wallS);
    return { wallS, processes, ownS, benchS, foreignCores };
  }
}

function useOf(start: Start): ProcessUse {
  const { name, pid, tree, peaks } = start;
  if (living(start).startTicks !== start.stat.startTicks) throw new Error(`${name} was restarted`);
  const cpuS = cpuOf(start) - start.cpuS;
  if (!tree) return { name, cpuS, memoryBytes: peaks ? readPeak(pid) : null };
  const memoryBytes = readTree(pid).reduce((sum, one) => sum + readProportional(one.pid), 0);
  return { name, cpuS, memoryBytes };
}

function living({ name, pid }: Watched): ProcessStat {
  const stat = readStat(pid);
  if (stat === null) throw new Error(`${name} (process ${pid}) has ended`);
  return stat;
}

function cpuOf({ pid, tree }: Watched): number {
  if (!tree) return readStat(pid)?.cpuS ?? 0;
  // Those that ended are in what their parents have reaped.
  return readTree(pid).reduce((sum, one) => sum + one.cpuS + one.reapedS, 0);
}
