/** The result of bench:day as JSON and as tables. */
import type { KafkaRates } from './baseline-kafka.js';
import type { ReadFile } from './day-files.js';
import type { DiskUse } from './disk-use.js';
import { machine } from './machine.js';
import type { Use } from './process-watch.js';
import type { Outcome } from './run-bench.js';
import { grouped, rounded, table, type Cell } from './table.js';

export interface DayMeasured {
  /** From the first rename to the first look that found nothing left to do. */
  readonly seconds: number;
  readonly use: Use;
  readonly disk: DiskUse;
}

export interface DayResult {
  readonly facts: Record<string, unknown>;
  readonly sent: readonly ReadFile[];
  readonly measured: DayMeasured;
  /** COPY and upsert, rows a second. */
  readonly rows: number;
  readonly messages: KafkaRates;
}

const MIB = 2 ** 20;

export function dayReport(result: DayResult): Outcome {
  const { facts, measured, rows, messages } = result;
  const work = workOf(result.sent);
  const { use, disk, seconds } = measured;
  const rate = work.channel_days / seconds;
  const us = (cpuS: number) => (cpuS * 1e6) / work.channel_days;
  const perDay = (bytes: number) => bytes / work.channel_days;
  const ratios = { postgres: rate / rows, kafka: rate / messages.both };
  const ownUs = us(use.ownS);
  const json = {
    ...facts,
    ...work,
    seconds: rounded(seconds),
    channel_days_per_s: rounded(rate, 0),
    own_us_per_channel_day: rounded(ownUs, 1),
    foreign_cores: rounded(use.foreignCores),
    bench_cpu_s: rounded(use.benchS),
    processes: use.processes.map(({ name, cpuS, memoryBytes }) => ({
      name,
      cpu_s: rounded(cpuS),
      us_per_channel_day: rounded(us(cpuS), 1),
      peak_mib: memoryBytes === null ? null : Math.round(memoryBytes / MIB),
    })),
    bytes_per_channel_day: {
      postgres: rounded(perDay(disk.databases), 0),
      kafka: rounded(perDay(disk.topics), 0),
      kafka_own_topics: rounded(perDay(disk.brokerTopics), 0),
      raw_files: rounded(perDay(disk.files), 0),
      wal_written: rounded(perDay(disk.wal), 0),
    },
    baselines: {
      copy_upsert_rows_per_s: rounded(rows, 0),
      kafka_messages_per_s: rounded(messages.both, 0),
      kafka_produced_per_s: rounded(messages.produce, 0),
      kafka_consumed_per_s: rounded(messages.consume, 0),
      kafka_bytes_per_message: rounded(messages.bytesPerMessage, 0),
    },
    share_of_copy_upsert: rounded(ratios.postgres),
    share_of_kafka: rounded(ratios.kafka),
    machine: machine(),
  };
  return { json, text: textOf(result, work, rate, ratios) };
}

type Work = ReturnType<typeof workOf>;

function workOf(sent: readonly ReadFile[]) {
  const sum = (pick: (file: ReadFile) => number) => sent.reduce((n, file) => n + pick(file), 0);
  const corrections = sent.filter(({ name }) => /-C\d+\.cmep$/.test(name));
  return {
    files: sent.length,
    file_bytes: sum((file) => file.bytes.length),
    values: sum((file) => file.values),
    values_held: sum((file) => file.held),
    channel_days: sum((file) => file.channelDays),
    corrected: corrections.reduce((n, file) => n + file.channelDays, 0),
    with_gaps: sum((file) => file.gapChannelDays),
    held: sum((file) => file.heldChannelDays),
  };
}

function textOf(
  { measured, rows, messages }: DayResult,
  work: Work,
  rate: number,
  ratios: { postgres: number; kafka: number },
): string {
  const { use, disk, seconds } = measured;
  const us = (cpuS: number) => (cpuS * 1e6) / work.channel_days;
  const per = (bytes: number) => bytes / work.channel_days;
  const processes: Cell[][] = use.processes.map(({ name, cpuS, memoryBytes }) => {
    const peak = memoryBytes === null ? null : Math.round(memoryBytes / MIB);
    return [name, cpuS, us(cpuS), peak];
  });
  processes.push(['all', use.ownS, us(use.ownS), null]);
  return [
    `${grouped(work.channel_days)} channel days (${grouped(work.corrected)} of them corrections, ` +
      `${grouped(work.with_gaps)} with gaps), ${grouped(work.held)} more held`,
    `${grouped(seconds)} s, ${grouped(rate)} channel days/s; others kept ` +
      `${use.foreignCores.toFixed(2)} cores busy, the bench ${(use.benchS / use.wallS).toFixed(2)}`,
    '',
    table(['process', 'CPU s', 'us/channel day', 'peak MiB'], processes),
    '',
    table(
      ['on disk', 'bytes/channel day'],
      [
        ['Postgres', per(disk.databases)],
        ['Kafka, topics of the hub', per(disk.topics)],
        ["Kafka, the broker's own", per(disk.brokerTopics)],
        ['raw files in custody', per(disk.files)],
        ['written to the WAL', per(disk.wal)],
      ],
    ),
    '',
    table(
      ['baseline', 'per s', 'hub/baseline'],
      [
        ['Postgres, COPY and upsert', rows, ratios.postgres],
        ['Kafka, produce then consume', messages.both, ratios.kafka],
      ],
    ),
  ].join('\n');
}
