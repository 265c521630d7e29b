/** quarantine list, show, replay, discard. */
import { type Answer, type Cli, type CommandBook } from '../cli.js';
import { Refused, WrongUsage } from '../refused.js';
import { serviceNames } from '@mdmr/stack';
import { table } from '../table.js';

interface Entry {
  processor: string;
  topic: string;
  partition: number;
  offset: number;
  reason: string;
}

interface Quarantine {
  messages: Entry[];
  /** partitions that stand, each at the message that it cannot take */
  standing: Entry[];
}

const PLACE = '<service> <processor> <topic> <partition> <offset>';

export function quarantineCommands(book: CommandBook): void {
  const group = book.group('quarantine', 'messages that a service could not take');
  book.leaf(group, 'list', 'messages set aside, and partitions that stand at one', list);
  book.leaf(group, `show ${PLACE}`, 'a message with its bytes in base64', show);
  const replay = 'works a message again; a partition that stands at it goes on';
  book.leaf(group, `replay ${PLACE}`, replay, act('replay', 'is worked'));
  const discard = 'forgets a message; one at which a partition stands is only set aside';
  book.leaf(group, `discard ${PLACE}`, discard, act('discard', 'is out of the way'));
}

async function list({ api }: Cli): Promise<Answer> {
  const found = await Promise.all(
    api.services().map(async (service) => {
      const { messages, standing } = await api.get<Quarantine>(service, '/admin/quarantine');
      const named = (state: string) => (entry: Entry) => ({ service, state, ...entry });
      return [...standing.map(named('STANDS')), ...messages.map(named('ASIDE'))];
    }),
  );
  const entries = found.flat();
  const rows = entries.map((e) => {
    return [e.service, e.state, e.processor, e.topic, e.partition, e.offset, e.reason];
  });
  const heads = ['service', 'state', 'processor', 'topic', 'partition', 'offset', 'reason'];
  return { json: { entries }, text: rows.length === 0 ? 'none' : table(heads, rows) };
}

interface Place {
  service: string;
  body: { processor: string; topic: string; partition: number; offset: number };
}

function placeOf([service, processor, topic, partition, offset]: string[]): Place {
  if (!serviceNames().includes(service!)) {
    throw new WrongUsage(`There is no service ${service}; there are ${serviceNames().join(', ')}.`);
  }
  const number = (text: string): number => {
    if (!/^\d{1,15}$/.test(text)) throw new WrongUsage(`${text} is not a whole number.`);
    return Number(text);
  };
  const at = { partition: number(partition!), offset: number(offset!) };
  return { service: service!, body: { processor: processor!, topic: topic!, ...at } };
}

async function show({ api }: Cli, args: string[]): Promise<Answer> {
  const { service, body } = placeOf(args);
  const query = { ...body, partition: String(body.partition), offset: String(body.offset) };
  const message = await api.get<object>(service, '/admin/quarantine/message', { query });
  const text = Object.entries(message).map(([name, value]) => `${name}: ${String(value)}`);
  return { json: message, text: text.join('\n') };
}

function act(verb: 'replay' | 'discard', done: string) {
  return async ({ api }: Cli, args: string[]): Promise<Answer> => {
    const { service, body } = placeOf(args);
    const answer = await api.post<object | null>(service, `/admin/quarantine/${verb}`, {
      body,
      timeoutMs: 0,
    });
    if (answer === null) throw new Refused(`${service} did not answer.`, 'NO_ANSWER');
    return { json: answer, text: `${body.topic}/${body.partition} ${body.offset} ${done}` };
  };
}
