import type { Log } from '@mdmr/bus';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** One line an entry: level, message, facts as JSON. The supervisor puts the service in front. */
export function lineLog(least: (typeof LEVELS)[number], out: NodeJS.WritableStream): Log {
  const floor = LEVELS.indexOf(least);
  return (level, message, facts) => {
    if (LEVELS.indexOf(level) < floor) return;
    const tail = facts === undefined ? '' : ` ${JSON.stringify(facts)}`;
    out.write(`${level} ${message}${tail}\n`);
  };
}
