/**
 * Asks a broker whether it can be used, in its own protocol: an open port says little, a broker
 * opens it seconds before its group coordinator has loaded.
 */
import { connect, type Socket } from 'node:net';

const API = {
  metadata: 3,
  findCoordinator: 10,
  describeGroups: 15,
  apiVersions: 18,
  producerId: 22,
};
const CLIENT_ID = 'mdmr-probe';

export interface ProbeOptions {
  host: string;
  port: number;
  /** partitions of __consumer_offsets: a coordinator of each is asked */
  coordinators: number;
  timeoutMs: number;
}

/** Resolves when API versions, metadata, producer ids and every group coordinator are answered. */
export async function probeKafka(options: ProbeOptions): Promise<void> {
  const connection = await open(options);
  try {
    const versions = await connection.ask(API.apiVersions, Buffer.alloc(0));
    fail('ApiVersions', versions.readInt16BE(0));
    await metadata(connection);
    await producerId(connection);
    for (const group of groupsForAll(options.coordinators)) {
      await findCoordinator(connection, group);
      await describeGroup(connection, group);
    }
  } finally {
    connection.close();
  }
}

/** A group id for each partition of __consumer_offsets (Java's String.hashCode modulo count). */
export function groupsForAll(count: number): string[] {
  const groups = new Map<number, string>();
  for (let n = 0; groups.size < count; n += 1) {
    const group = `${CLIENT_ID}-${n}`;
    const partition = (javaHash(group) & 0x7fffffff) % count;
    if (!groups.has(partition)) groups.set(partition, group);
  }
  return [...groups.values()];
}

function javaHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

async function metadata(connection: Connection): Promise<void> {
  // version 1: brokers as array, at least one of them
  const answer = await connection.ask(API.metadata, int32(0), 1);
  if (answer.readInt32BE(0) < 1) throw new Error('Metadata names no broker');
}

async function producerId(connection: Connection): Promise<void> {
  const body = Buffer.concat([Buffer.from([0xff, 0xff]), int32(60_000)]);
  const answer = await connection.ask(API.producerId, body);
  fail('InitProducerId', answer.readInt16BE(4));
}

async function findCoordinator(connection: Connection, group: string): Promise<void> {
  const answer = await connection.ask(API.findCoordinator, string(group));
  fail('FindCoordinator', answer.readInt16BE(0));
}

async function describeGroup(connection: Connection, group: string): Promise<void> {
  const answer = await connection.ask(API.describeGroups, Buffer.concat([int32(1), string(group)]));
  // array length, then the error of the only group; an unknown group is described as Dead
  fail('DescribeGroups', answer.readInt16BE(4));
}

function fail(what: string, code: number): void {
  const GROUP_ID_NOT_FOUND = 69;
  if (code !== 0 && code !== GROUP_ID_NOT_FOUND) {
    throw new Error(`${what} answered error ${code}`);
  }
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

interface Connection {
  ask(api: number, body: Buffer, version?: number): Promise<Buffer>;
  close(): void;
}

async function open({ host, port, timeoutMs }: ProbeOptions): Promise<Connection> {
  const socket = connect({ host, port });
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no answer in time')));
  await new Promise<void>((done, failed) => {
    socket.once('connect', done);
    socket.once('error', failed);
  });
  let correlation = 0;
  return {
    ask: (api, body, version = 0) => {
      correlation += 1;
      return exchange(socket, request(api, version, correlation, body));
    },
    close: () => socket.destroy(),
  };
}

function request(api: number, version: number, correlation: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt16BE(api, 0);
  head.writeInt16BE(version, 2);
  head.writeInt32BE(correlation, 4);
  const message = Buffer.concat([head, string(CLIENT_ID), body]);
  return Buffer.concat([int32(message.length), message]);
}

/** Sends one request and returns the body of its answer, behind the correlation id. */
function exchange(socket: Socket, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const settle = (act: () => void) => {
      socket.off('data', onData).off('error', onError).off('close', onClose);
      act();
    };
    const onError = (error: Error) => settle(() => reject(error));
    const onClose = () => settle(() => reject(new Error('the broker closed the connection')));
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
      settle(() => resolve(received.subarray(8)));
    };
    socket.on('data', onData).on('error', onError).on('close', onClose);
    socket.write(bytes);
  });
}
