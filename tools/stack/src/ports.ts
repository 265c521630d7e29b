/** Ports of one stack: fixed ones from a base, or free ones for tests. */
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

/** Ports nobody listens on now; all are held at once so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
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
    const [base] = await freePorts(1);
    if (base! > 65_400) continue;
    const tries = await Promise.allSettled(
      offsets.map((offset) => requireFree(base! + offset, '')),
    );
    if (tries.every((result) => result.status === 'fulfilled')) return base!;
  }
}
