import type { Bus, Log, Processor, Projection, Timer } from '@mdmr/bus';
import type { HubClock } from '@mdmr/kernel';
import type { Database, Migration, Tx } from '@mdmr/postgres';
import type { Type } from '@nestjs/common';
import type { FileStore } from './file-store.js';
import type { Config } from './settings.js';

/** What every room of a service may use; controllers get it by the token `SERVICE`. */
export interface ServiceTools {
  readonly name: string;
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: HubClock;
  readonly config: Config;
  readonly files: FileStore;
  readonly log: Log;
}

/** As `ServiceTools`, while the parts are being wired: the bus comes later. */
export type WiringTools = Omit<ServiceTools, 'bus'> & {
  /** The bus, once it runs; for schedules that wait for others. */
  readonly bus: () => Bus;
};

/** Facts a service adds to its status. */
export interface StatusDetails {
  /** Sentences naming what is not finished; empty = idle. */
  readonly work?: readonly string[];
  readonly open_sets?: readonly unknown[];
  readonly parked?: readonly unknown[];
  readonly held_values?: number;
}

/** A service: its tables, its events to rows, its decisions, its doors. */
export interface ServiceSpec {
  readonly name: string;
  readonly migrations: readonly Migration[];
  readonly projections: (tools: WiringTools) => readonly Projection[];
  readonly processors?: (tools: WiringTools) => readonly Processor[];
  readonly timers?: (tools: WiringTools) => readonly Timer[];
  /** Nest controllers, paths under /admin; they inject `SERVICE`. */
  readonly controllers?: readonly Type<unknown>[];
  /** Runs once the bus runs, e.g. to seed what is shipped. */
  readonly onStarted?: (tools: ServiceTools) => Promise<void>;
  /** Before the bus stops. */
  readonly onStopping?: (tools: ServiceTools) => Promise<void>;
  readonly status?: (tx: Tx, tools: ServiceTools) => Promise<StatusDetails>;
}

/** Injection token of `ServiceTools`. */
export const SERVICE = Symbol('SERVICE');
