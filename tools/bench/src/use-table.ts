/** CPU and memory of a hub's processes, for the output of a bench. */
import type { Use } from './process-watch.js';
import { rounded, table, type Cell } from './table.js';

const MIB = 2 ** 20;

/** `item` names what `count` counts, in the singular. */
export function cpuJson(use: Use, count: number, item: string): Record<string, unknown> {
  const us = (cpuS: number) => rounded((cpuS * 1e6) / count, 1);
  return {
    [`own_us_per_${item}`]: us(use.ownS),
    foreign_cores: rounded(use.foreignCores),
    bench_cpu_s: rounded(use.benchS),
    processes: use.processes.map(({ name, cpuS, memoryBytes }) => ({
      name,
      cpu_s: rounded(cpuS),
      [`us_per_${item}`]: us(cpuS),
      peak_mib: mebibytes(memoryBytes),
    })),
  };
}

export function cpuTable(use: Use, count: number, head: string): string {
  const us = (cpuS: number) => (cpuS * 1e6) / count;
  const rows: Cell[][] = use.processes.map(({ name, cpuS, memoryBytes }) => {
    return [name, cpuS, us(cpuS), mebibytes(memoryBytes)];
  });
  rows.push(['all', use.ownS, us(use.ownS), null]);
  const foreign =
    `${(use.ownS / use.wallS).toFixed(2)} cores its own, ${(use.benchS / use.wallS).toFixed(2)} ` +
    `the bench, ${use.foreignCores.toFixed(2)} other programs`;
  return `${table(['process', 'CPU s', head, 'peak MiB'], rows)}\n${foreign}`;
}

function mebibytes(bytes: number | null): number | null {
  return bytes === null ? null : Math.round(bytes / MIB);
}
