/** `npm run bench:avro`: the codec on the two events that every channel day makes, against JSON. */
import { decodeEvent, encodeEvent, type EventType, type EventValue } from '@mdmr/events';
import { machine } from './machine.js';
import { paceJson, paceOf } from './pace.js';
import { runBench, type Outcome } from './run-bench.js';
import { NEXT_DAY, SampleChannel } from './sample-days.js';
import { rounded, table, type Cell } from './table.js';

await runBench(
  {
    command: 'bench:avro',
    about:
      'Encodes and decodes reads.ChannelDayAttributed and vee.ChannelDayValidated of an ordinary day.\n' +
      'Baseline: JSON of the same objects, from and to bytes.',
    numbers: { events: { about: 'different events', otherwise: 1_000 } },
  },
  benchAvro,
);

interface Measured {
  readonly event: string;
  readonly json: Record<string, unknown>;
  readonly rows: Cell[][];
}

async function benchAvro({ events }: { events: number }): Promise<Outcome> {
  const channels = Array.from({ length: events }, (_, i) => new SampleChannel(i));
  const pairs = channels.map((channel) => {
    const input = channel.dayOf(NEXT_DAY);
    channel.channel.give(NEXT_DAY, input);
    const attributed = channel.attributed(NEXT_DAY, input);
    return { attributed, validated: channel.validated(NEXT_DAY, attributed) };
  });
  const measured = [
    measure(
      'reads.ChannelDayAttributed',
      pairs.map((pair) => pair.attributed),
    ),
    measure(
      'vee.ChannelDayValidated',
      pairs.map((pair) => pair.validated),
    ),
  ];
  const json = Object.fromEntries(measured.map(({ event, json }) => [event, json]));
  const heads = ['', 'us', 'JSON us', 'ratio', 'bytes', 'JSON bytes'];
  const text = table(
    heads,
    measured.flatMap(({ rows }) => rows),
  );
  return { json: { events, ...json, machine: machine() }, text };
}

function measure<T extends EventType>(event: T, values: readonly EventValue<T>[]): Measured {
  const encoded = values.map((value) => encodeEvent(event, value));
  const texts = values.map((value) => Buffer.from(JSON.stringify(value)));
  const count = values.length;
  const bytesOf = (all: readonly Buffer[]) => all.reduce((sum, { length }) => sum + length, 0);
  const sum = (make: (value: EventValue<T>) => Buffer) => () =>
    values.reduce((bytes, value) => bytes + make(value).length, 0);
  const versions = (all: readonly Buffer[], read: (bytes: Buffer) => { version: number }) => () =>
    all.reduce((total, bytes) => total + read(bytes).version, 0);
  const pairs = {
    encode: [
      paceOf(
        count,
        sum((value) => encodeEvent(event, value)),
      ),
      paceOf(
        count,
        sum((value) => Buffer.from(JSON.stringify(value))),
      ),
    ],
    decode: [
      paceOf(
        count,
        versions(encoded, (bytes) => decodeEvent(bytes).value as { version: number }),
      ),
      paceOf(
        count,
        versions(texts, (bytes) => JSON.parse(bytes.toString()) as { version: number }),
      ),
    ],
  } as const;
  const sizes = { bytes: bytesOf(encoded) / count, json_bytes: bytesOf(texts) / count };
  const entries = Object.entries(pairs).map(([what, [own, plain]]) => {
    const ratio = rounded(own.perCpuS / plain.perCpuS);
    return [what, { codec: paceJson(own), baseline: paceJson(plain), ratio }] as const;
  });
  const rows = Object.entries(pairs).map(([what, [own, plain]]): Cell[] => {
    const us = [1e6 / own.perCpuS, 1e6 / plain.perCpuS, own.perCpuS / plain.perCpuS];
    return [`${event} ${what}`, ...us, Math.round(sizes.bytes), Math.round(sizes.json_bytes)];
  });
  return { event, json: { ...sizes, ...Object.fromEntries(entries) }, rows };
}
