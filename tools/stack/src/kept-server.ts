/** An embedded server that is started again when it ends without being asked to. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessRef } from './process-identity.js';

export interface Server {
  ref: ProcessRef;
  onExit(listener: (how: string) => void): void;
  stop(): Promise<boolean>;
}

export interface KeptOptions<T extends Server> {
  name: string;
  start(): Promise<T>;
  /** false: an unasked end is a loss at once */
  restart: boolean;
  log(line: string): void;
  onLoss(what: string): void;
  onRestart(): void;
}

const ATTEMPTS = 5;
const PAUSE_MS = 500;

export class KeptServer<T extends Server> {
  private stopping = false;
  private restarting: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: KeptOptions<T>,
    public current: T,
  ) {
    this.watch();
  }

  static async start<T extends Server>(options: KeptOptions<T>): Promise<KeptServer<T>> {
    return new KeptServer(options, await options.start());
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.restarting;
    await this.current.stop();
  }

  private watch(): void {
    this.current.onExit((how) => {
      if (!this.stopping) this.restarting = this.revive(how);
    });
  }

  private async revive(how: string): Promise<void> {
    const { name, restart, start, log, onLoss, onRestart } = this.options;
    let reason = how;
    for (let attempt = 1; restart && attempt <= ATTEMPTS && !this.stopping; attempt += 1) {
      log(`${name} ended (${reason}); starting it again`);
      try {
        this.current = await start();
        this.watch();
        log(`${name} runs again`);
        onRestart();
        return;
      } catch (error) {
        reason = (error as Error).message;
        await delay(PAUSE_MS * 2 ** attempt);
      }
    }
    if (!this.stopping) onLoss(`${name} ended: ${reason}`);
  }
}
