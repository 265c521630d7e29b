/** What a seed means: the population, what is sent, and what happens to the suite meanwhile. */
import { Random } from './random.js';

export const SERVICES = [
  'gateway',
  'participants',
  'usdp',
  'mmd',
  'reads',
  'vee',
  'billing',
  'reporting',
] as const;

/** Services that may run twice, so that a stopped one finds its partitions taken. */
const TWINS = ['reads', 'vee'] as const;

export type Fault =
  /** kill -9; two names: both at once */
  | { readonly kind: 'kill'; readonly targets: readonly string[] }
  /** kill -9 of the supervisor, then started again on the same data */
  | { readonly kind: 'supervisor'; readonly targets: readonly string[] }
  /** SIGSTOP for so long, then SIGCONT */
  | { readonly kind: 'pause'; readonly targets: readonly string[]; readonly ms: number }
  /** the same, while a second instance takes over; it is killed or stopped afterwards */
  | {
      readonly kind: 'zombie';
      readonly targets: readonly string[];
      readonly ms: number;
      readonly end: 'SIGKILL' | 'SIGTERM';
    }
  /**
   * the service's connections are cut, so often: its Postgres backends are ended, or its sockets to
   * Postgres or Kafka destroyed
   */
  | {
      readonly kind: 'cut';
      readonly targets: readonly string[];
      readonly side: 'backends' | 'postgres' | 'kafka';
      readonly times: number;
    }
  /** the disk of the file store is full but for so many bytes, for so long */
  | {
      readonly kind: 'full';
      readonly targets: readonly string[];
      readonly ms: number;
      readonly leftBytes: number;
    };

/** When a fault comes: at a share of the stream, so many milliseconds after that file. */
export interface PlannedFault {
  /** 0 to 999: of the files of the stream; 1000: after the stream, in the last work. */
  readonly atPermille: number;
  readonly afterMs: number;
  readonly fault: Fault;
}

export interface Plan {
  readonly seed: number;
  readonly ldc: string;
  readonly ami: string;
  readonly agent: string;
  readonly sdps: number;
  readonly days: number;
  /** Of 1000 meter days, how many lack some intervals. */
  readonly missingPermille: number;
  /** Two meters are found crossed and put right. */
  readonly hasSwap: boolean;
  /** A billing request comes while reads still do. */
  readonly hasEarlyRequest: boolean;
  /** A final run estimates what is missing before the last request. */
  readonly hasFinalRun: boolean;
  readonly faults: readonly PlannedFault[];
}

export function planOf(seed: number): Plan {
  const random = new Random(seed, 'plan');
  return {
    seed,
    ldc: `L${seed}`,
    ami: `A${seed}`,
    agent: `B${seed}`,
    sdps: random.between(30, 60),
    days: random.between(4, 8),
    missingPermille: random.pick([0, 30, 100, 200]),
    hasSwap: random.chance(600),
    hasEarlyRequest: random.chance(500),
    hasFinalRun: random.chance(600),
    faults: planFaults(random),
  };
}

function planFaults(random: Random): PlannedFault[] {
  const count = random.between(3, 5);
  const faults = Array.from({ length: count }, () => ({
    atPermille: random.between(0, 999),
    afterMs: random.between(0, 600),
    fault: faultOf(random),
  }));
  if (random.chance(500)) {
    faults.push({ atPermille: 1000, afterMs: random.between(0, 800), fault: lastFault(random) });
  }
  return faults.sort((a, b) => a.atPermille - b.atPermille);
}

function faultOf(random: Random): Fault {
  const kind = random.weighted([
    ['kill', 40],
    ['cut', 18],
    ['postgres', 8],
    ['kafka', 8],
    ['full', 9],
    ['pause', 7],
    ['zombie', 6],
    ['supervisor', 4],
  ] as const);
  const service = random.pick(SERVICES);
  switch (kind) {
    case 'kill':
      return killOf(random, service);
    case 'postgres':
    case 'kafka':
      return { kind: 'kill', targets: [kind] };
    case 'supervisor':
      return { kind, targets: [kind] };
    case 'pause':
      return { kind, targets: [service], ms: random.between(6_500, 8_500) };
    case 'zombie':
      return {
        kind,
        targets: [random.pick(TWINS)],
        ms: random.between(8_500, 10_500),
        end: random.pick(['SIGKILL', 'SIGTERM']),
      };
    case 'cut':
      return {
        kind,
        targets: [service],
        side: random.pick(['backends', 'postgres', 'kafka']),
        times: random.between(1, 8),
      };
    case 'full':
      return {
        kind,
        targets: ['spool'],
        ms: random.between(1_500, 4_000),
        leftBytes: random.between(0, 24_000),
      };
  }
}

function killOf(random: Random, service: string): Fault {
  if (!random.chance(250)) return { kind: 'kill', targets: [service] };
  const other = random.pick(SERVICES.filter((name) => name !== service));
  return { kind: 'kill', targets: [service, other] };
}

/** Who works when the last files are in. */
function lastFault(random: Random): Fault {
  const target = random.pick(['vee', 'billing', 'reporting', 'gateway', 'postgres', 'kafka']);
  return { kind: 'kill', targets: [target] };
}

/** In few words, for results. */
export function faultText(fault: Fault): string {
  const targets = fault.targets.join('+');
  switch (fault.kind) {
    case 'kill':
      return `kill ${targets}`;
    case 'supervisor':
      return 'kill supervisor';
    case 'pause':
      return `pause ${targets}`;
    case 'zombie':
      return `zombie ${targets}`;
    case 'cut':
      return `cut ${targets}-${fault.side}`;
    case 'full':
      return 'full spool';
  }
}
