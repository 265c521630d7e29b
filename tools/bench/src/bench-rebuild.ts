/** `npm run bench:rebuild`: projections made anew from the topics, and compared with the live ones. */
import { clientOf, consume } from './baseline-kafka.js';
import { processesOf, type HubServers } from './hub-servers.js';
import { machine } from './machine.js';
import { ProcessWatch } from './process-watch.js';
import { runBench, type Frame, type Outcome } from './run-bench.js';
import { sendDays, syncedHub } from './synced-hub.js';
import { rounded, table, type Cell } from './table.js';
import { cpuJson } from './use-table.js';

/** The services that keep channel days, and the topic from which most of their rows come. */
const SUBJECTS = {
  reads: 'mdmr.reads.channel-days.v1',
  vee: 'mdmr.vee.channel-days.v1',
  billing: 'mdmr.vee.channel-days.v1',
  reporting: 'mdmr.reads.channel-days.v1',
} as const;

await runBench(
  {
    command: 'bench:rebuild',
    about:
      'Each service that keeps channel days replays all of its topics into a second schema, and\n' +
      'compares every table by content (as `mdmr rebuild <service> --check`); the time is of both.\n' +
      'Baseline: the topic of the channel days read by one consumer, the messages not looked at.',
    numbers: {
      sdps: { about: 'service points', otherwise: 1_000 },
      days: { about: 'days of reads', otherwise: 28 },
    },
  },
  benchRebuild,
);

interface Rebuilt {
  readonly service: string;
  readonly seconds: number;
  readonly messages: number;
  /** Messages a second of the consumer alone. */
  readonly baseline: number;
  readonly use: Record<string, unknown>;
}

async function benchRebuild(
  { sdps, days }: { sdps: number; days: number },
  frame: Frame,
): Promise<Outcome> {
  const hub = await syncedHub({ sdps, days, seed: 7, missing: 5, leaveOut: false }, frame);
  await sendDays(hub, days, frame);
  const rebuilt: Rebuilt[] = [];
  for (const [service, topic] of Object.entries(SUBJECTS)) {
    frame.say(`rebuilding ${service}`);
    rebuilt.push(await measure(hub.hub.dataDir, hub.servers, service, topic));
  }
  const rate = (one: Rebuilt) => one.messages / one.seconds;
  const services = rebuilt.map((one) => {
    const { service, seconds, messages, baseline, use } = one;
    const json = {
      channel_days: messages,
      seconds: rounded(seconds),
      channel_days_per_s: Math.round(rate(one)),
      baseline_per_s: Math.round(baseline),
      ratio: rounded(rate(one) / baseline),
      ...use,
    };
    return [service, json] as const;
  });
  const rows = rebuilt.map((one): Cell[] => {
    return [one.service, one.seconds, rate(one), one.baseline, rate(one) / one.baseline];
  });
  const heads = ['', 'seconds', 'channel days/s', 'consumer alone/s', 'ratio'];
  const json = { sdps, days, ...Object.fromEntries(services), machine: machine() };
  return { json, text: table(heads, rows) };
}

/** @throws when a rebuilt table is not equal to the live one */
async function measure(
  dataDir: string,
  servers: HubServers,
  service: string,
  topic: string,
): Promise<Rebuilt> {
  const messages = await countMessages(servers.brokers, topic);
  const watch = new ProcessWatch(processesOf(dataDir));
  const started = performance.now();
  const response = await fetch(`${servers.services[service]}/admin/rebuild`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${servers.operatorKey}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ check: true }),
  });
  const text = await response.text();
  const seconds = (performance.now() - started) / 1000;
  const use = cpuJson(watch.end(), messages, 'channel_day');
  if (!response.ok) throw new Error(`${service}: ${response.status} ${text}`);
  const { equal, tables } = JSON.parse(text) as { equal: boolean; tables: { equal: boolean }[] };
  if (!equal || tables.length === 0) {
    throw new Error(`${service}: ${JSON.stringify(tables.filter((one) => !one.equal))}`);
  }
  const consumeS = await consume(clientOf(servers.brokers), topic, messages);
  return { service, seconds, messages, baseline: messages / consumeS, use };
}

async function countMessages(brokers: string, topic: string): Promise<number> {
  const admin = clientOf(brokers).admin();
  await admin.connect();
  try {
    const partitions = await admin.fetchTopicOffsets(topic);
    return partitions.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  } finally {
    await admin.disconnect();
  }
}
