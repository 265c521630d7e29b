/** Ports of one stack: fixed ones from a base, or free ones for tests. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { StackError } from './stack-error.js';

export interface StackPorts {
  postgres: number;
  kafka: number;
  kafkaController: number;
}

/** Every port of a hub lies in base to base + 99; these are the stack's, services come first. */
export const POSTGRES_PORT_OFFSET = 32;
export const KAFKA_PORT_OFFSET = 92;
export const KAFKA_CONTROLLER_PORT_OFFSET = 93;

export async function choosePorts(base: number | 'free'): Promise<StackPorts> {
  if (base !== 'free') {
    return {
      postgres: base + POSTGRES_PORT_OFFSET,
      kafka: base + KAFKA_PORT_OFFSET,
      kafkaController: base + KAFKA_CONTROLLER_PORT_OFFSET,
    };
  }
  const [postgres, kafka, kafkaController] = await freePorts(3);
  return { postgres: postgres!, kafka: kafka!, kafkaController: kafkaController! };
}

/**
 * Where ports are looked for. Systems give the ports above to outgoing connections, and one of those
 * may take a port between our look and the server's start.
 */
const FIRST_PORT = 10_000;
const LAST_PORT = 32_000;

/** Ports nobody listens on now, below those of outgoing connections; they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return requireFree(port, '').then(
    () => true,
    () => false,
  );
}

/** Throws StackError PORT_IN_USE when somebody listens there. */
export async function requireFree(port: number, purpose: string): Promise<void> {
  try {
    const server = await listen(port);
    await new Promise((done) => server.close(done));
  } catch {
    throw new StackError(
      'PORT_IN_USE',
      `Port ${port} of 127.0.0.1, wanted for ${purpose}, is taken by another program: ` +
        'stop it, or choose another MDMR_PORT_BASE.',
    );
  }
}

function listen(port: number): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** A base whose first ports, and those of the stack, nobody listens on now; for tests. */
export async function freePortBase(): Promise<number> {
  const offsets = [0, 1, 2, 3, 4, 5, 6, 7];
  offsets.push(POSTGRES_PORT_OFFSET, KAFKA_PORT_OFFSET, KAFKA_CONTROLLER_PORT_OFFSET);
  for (;;) {
    const base = randomInt(FIRST_PORT / 100, LAST_PORT / 100) * 100;
    const free = await Promise.all(offsets.map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
}
