import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { Bus } from './bus.js';

/**
 * Nest's door to the bus: the application starts and stops the processors with everything else.
 * Handlers are an explicit list, not found by decorators; see the README for why.
 */
export class BusStrategy extends Server implements CustomTransportStrategy {
  constructor(private readonly bus: Bus) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.bus.start().then(() => callback(), callback);
  }

  async close(): Promise<void> {
    await this.bus.stop();
  }

  on(): never {
    throw new Error('The bus has no transport events; use its status');
  }

  unwrap<T>(): T {
    return this.bus as unknown as T;
  }
}
