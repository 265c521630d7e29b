/** The result of bench:day as JSON and as tables. */
import { availableParallelism } from 'node:os';
import type { KafkaRates } from './baseline-kafka.js';
import type { ReadFile } from './day-files.js';
import type { DiskUse } from './disk-use.js';
import { machine } from './machine.js';
import type { Use } from './process-watch.js';
import type { Outcome } from './run-bench.js';
import { grouped, rounded, table } from './table.js';
import { cpuJson, cpuTable } from './use-table.js';

export interface DayMeasured {
  /** From the first rename to the first look that found nothing left to do. */
  readonly seconds: number;
  /** So much earlier the hub may have been done. */
  readonly withinS: number;
  readonly use: Use;
  readonly disk: DiskUse;
}

export interface DayResult {
  readonly facts: Record<string, unknown>;
  readonly sent: readonly ReadFile[];
  readonly measured: DayMeasured;
  /** Of the same hub with nothing to do. */
  readonly idleCores: number;
  /** Channel days of the baselines. */
  readonly compared: number;
  /** COPY and upsert, rows a second. */
  readonly rows: number;
  readonly messages: KafkaRates;
  /** Cores that other programs kept busy during the baselines. */
  readonly baselineForeign: number;
}

export function dayReport(result: DayResult): Outcome {
  const { facts, measured, rows, messages } = result;
  const work = workOf(result.sent);
  const { disk, seconds } = measured;
  const rate = work.channel_days / seconds;
  const perDay = (bytes: number) => bytes / work.channel_days;
  const ratios = { postgres: rate / rows, kafka: rate / messages.both };
  const json = {
    ...facts,
    ...work,
    seconds: rounded(seconds),
    end_known_within_s: rounded(measured.withinS),
    channel_days_per_s: rounded(rate, 0),
    alone_estimate_per_s: rounded(aloneEstimate(measured.use, work), 0),
    idle_cores: rounded(result.idleCores),
    ...cpuJson(measured.use, work.channel_days, 'channel_day'),
    bytes_per_channel_day: {
      postgres: rounded(perDay(disk.databases), 0),
      kafka: rounded(perDay(disk.topics), 0),
      kafka_own_topics: rounded(perDay(disk.brokerTopics), 0),
      raw_files: rounded(perDay(disk.files), 0),
      wal_written: rounded(perDay(disk.wal), 0),
    },
    baselines: {
      channel_days: result.compared,
      foreign_cores: rounded(result.baselineForeign),
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

/** Arithmetic, not a run: what all cores would do at this cost if nobody else used them. */
function aloneEstimate(use: Use, work: Work): number {
  return (availableParallelism() * work.channel_days) / use.ownS;
}

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
  { measured, idleCores, rows, messages, baselineForeign }: DayResult,
  work: Work,
  rate: number,
  ratios: { postgres: number; kafka: number },
): string {
  const { use, disk, seconds } = measured;
  const per = (bytes: number) => bytes / work.channel_days;
  return [
    `${grouped(work.channel_days)} channel days (${grouped(work.corrected)} of them corrections, ` +
      `${grouped(work.with_gaps)} with gaps), ${grouped(work.held)} more held`,
    `${grouped(seconds)} s, ${grouped(rate)} channel days/s ` +
      `(${grouped(aloneEstimate(use, work))} if every core were free for it)`,
    `the idle hub takes ${idleCores.toFixed(2)} cores`,
    '',
    cpuTable(use, work.channel_days, 'us/channel day'),
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
    `${baselineForeign.toFixed(2)} cores other programs meanwhile`,
  ].join('\n');
}
