/** files list, show, send, resend. */
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { Option } from 'commander';
import { segment } from '../admin-api.js';
import { countText, done, type Answer, type Cli, type CommandBook } from '../cli.js';
import { waitIdle } from '../idle.js';
import { Refused } from '../refused.js';
import { properties, table } from '../table.js';

const STATES = ['RECEIVED', 'DECIDED', 'OPEN', 'REFUSED', 'REPEATED', 'RETURNED'];

interface FileRecord {
  id: string;
  org: string;
  file_id: string;
  name: string;
  kind: string;
  unit: string;
  state: string;
  received_at: string;
  in: number;
  applied: number;
  held: number;
  rejected: number;
  pending: number;
  lines?: { line: number; state: string; reason: string; values: number }[];
}

interface SendOptions {
  wait?: boolean;
  timeout: number;
}

export function filesCommands(book: CommandBook): void {
  const files = book.group('files', 'files in custody, in and out');
  book.leaf(files, 'list', 'files in custody with their counts', list, (command) =>
    command
      .option('--org <ORG>', 'of this organization only')
      .addOption(new Option('--state <state>', 'in this state only').choices(STATES)),
  );
  const names = 'custody id, ORG/file_id or ORG/name';
  book.leaf(files, 'show <file>', `one file (${names}), with its lines not wholly applied`, show);
  book.leaf<SendOptions>(
    files,
    'send <ORG> <path>',
    'through the drop folder',
    sendFile,
    (command) =>
      command
        .option('--wait', 'wait until it is worked off and print what came back')
        .option('--timeout <seconds>', 'how long to wait for that', countText, 120),
  );
  book.leaf(files, 'resend <file>', 'puts a file of the hub into the outbox again', resend);
}

async function list(
  { api }: Cli,
  _args: string[],
  options: { org?: string; state?: string },
): Promise<Answer> {
  const { org, state } = options;
  const query = { org, state };
  const answer = await api.get<{ files: FileRecord[] }>('gateway', '/admin/files', { query });
  const heads = ['org', 'name', 'kind', 'state', 'in', 'applied', 'held', 'rejected', 'pending'];
  const rows = answer.files.map((file) => heads.map((head) => file[head as keyof FileRecord]));
  return { json: answer, text: table(heads, rows, 'no files') };
}

async function show({ api }: Cli, [file]: string[]): Promise<Answer> {
  const record = await fetchFile(api, file!);
  const { lines = [], ...facts } = record;
  const rows = lines.map((line) => [line.line, line.state, line.reason, line.values]);
  const lineTable = table(['line', 'state', 'reason', 'values'], rows, 'every line is applied');
  return { json: record, text: `${properties(facts)}\n\n${lineTable}` };
}

function fetchFile(api: Cli['api'], file: string): Promise<FileRecord> {
  return api.get<FileRecord>('gateway', `/admin/files/${segment(file)}`);
}

async function resend({ api }: Cli, [file]: string[]): Promise<Answer> {
  const answer = await api.post('gateway', '/admin/files/resend', { body: { file } });
  return done(answer, `${file}: put into the outbox again`);
}

async function sendFile(cli: Cli, [org, path]: string[], options: SendOptions): Promise<Answer> {
  if (!options.wait) {
    const name = dropInto(cli, org!, path!);
    return { json: { org, name, sent: true }, text: `${name}: sent` };
  }
  cli.progress(`${basename(path!)}: sending, and waiting until it is worked off`);
  const { name, file, answers } = await sendAndWait(cli, org!, path!, options.timeout * 1000);
  const json = { org, name, sent: true, file, answers };
  return { json, text: [`${name}: ${file?.state ?? 'sent'}`, ...answers.map(printed)].join('\n') };
}

interface Sent {
  name: string;
  /** null where the gateway does not know it by its name */
  file: FileRecord | null;
  /** what came into the sender's outbox meanwhile */
  answers: AnswerFile[];
}

async function sendAndWait(cli: Cli, org: string, path: string, timeoutMs: number): Promise<Sent> {
  const folder = join(cli.settings.exchangeDir, org);
  const before = outboxOf(folder);
  const name = dropInto(cli, org, path);
  await waitIdle(cli, timeoutMs);
  if (existsSync(join(folder, 'inbox', name))) {
    throw new Refused(`${name} still lies in the inbox of ${org}.`, 'NOT_TAKEN');
  }
  const file = await custodyOf(cli, `${org}/${name}`);
  return { name, file, answers: newFiles(folder, before) };
}

/** Whole or not at all: what ends in `.part` is not looked at. */
function dropInto(cli: Cli, org: string, path: string): string {
  const inbox = join(cli.settings.exchangeDir, org, 'inbox');
  if (!existsSync(inbox)) {
    throw new Refused(`${org} has no drop folder ${inbox}: register it first (mdmr org add).`);
  }
  const name = basename(path);
  if (name.endsWith('.part')) throw new Refused('A name that ends in .part is never taken.');
  const target = join(inbox, name);
  if (existsSync(target)) throw new Refused(`${target} is there already and not yet taken.`);
  try {
    copyFileSync(path, `${target}.part`);
  } catch (error) {
    rmSync(`${target}.part`, { force: true });
    throw new Refused(`${path} cannot be sent: ${(error as Error).message}`, 'NO_FILE');
  }
  renameSync(`${target}.part`, target);
  return name;
}

/** Name and version of each file in an outbox, those of returned sets included. */
function outboxOf(folder: string): Map<string, string> {
  const outbox = join(folder, 'outbox');
  const all = new Map<string, string>();
  if (!existsSync(outbox)) return all;
  for (const entry of readdirSync(outbox, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.part')) continue;
    const path = join(entry.parentPath, entry.name);
    const { ino, mtimeMs, size } = statSync(path);
    all.set(path.slice(outbox.length + 1), `${ino}/${mtimeMs}/${size}`);
  }
  return all;
}

interface AnswerFile {
  name: string;
  path: string;
  bytes: number;
}

/** Files that were not there before, or that came again under the same name. */
function newFiles(folder: string, before: Map<string, string>): AnswerFile[] {
  return [...outboxOf(folder)]
    .filter(([name, version]) => before.get(name) !== version)
    .map(([name]) => {
      const path = join(folder, 'outbox', name);
      return { name, path, bytes: statSync(path).size };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function custodyOf({ api }: Cli, file: string): Promise<FileRecord | null> {
  try {
    return await fetchFile(api, file);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

const SHOWN_LINES = 30;

function printed({ name, path }: AnswerFile): string {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const more = lines.length > SHOWN_LINES ? [`… ${lines.length - SHOWN_LINES} more lines`] : [];
  return [`\n== ${name}`, ...lines.slice(0, SHOWN_LINES), ...more].join('\n');
}
