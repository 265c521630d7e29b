/** org add, delegate, revoke, list, show. */
import { setTimeout as delay } from 'node:timers/promises';
import { Option } from 'commander';
import { segment } from '../admin-api.js';
import { dayOption, done, repeated, type Answer, type Cli, type CommandBook } from '../cli.js';
import { Refused } from '../refused.js';
import { properties, table } from '../table.js';

const ROLES = ['LDC', 'AMI_OPERATOR', 'BILLING_AGENT', 'SME'];
const FUNCTIONS = ['USDP', 'SYNC', 'READS', 'BILLING'];

interface Org {
  org_id: string;
  name: string;
  roles: string[];
  door: string;
  delegations?: { ldc: string; agent: string; function: string; from: string; to: string | null }[];
}

export function orgCommands(book: CommandBook): void {
  const org = book.group('org', 'organizations and their delegations');
  book.leaf(org, 'add <ORG>', 'registers an organization', add, (command) =>
    command
      .requiredOption('--name <name>', 'its name')
      .addOption(repeated('--role <role>', ROLES.join(', '), ROLES).makeOptionMandatory())
      .addOption(new Option('--door <door>', 'how it exchanges').choices(['drop']).default('drop')),
  );
  book.leaf(org, 'delegate <LDC> <AGENT>', 'lets an agent act for an LDC', delegate, (command) =>
    command
      .addOption(functionOption().makeOptionMandatory())
      .addOption(dayOption('--from <day>', 'first day; default today'))
      .addOption(dayOption('--to <day>', 'first day no more; default none')),
  );
  book.leaf(org, 'revoke <LDC> <AGENT>', 'ends a delegation at once', revoke, (command) =>
    command.addOption(functionOption('; default all')),
  );
  book.leaf(org, 'list', 'all organizations', list);
  book.leaf(org, 'show <ORG>', 'one organization with its delegations', show);
}

function functionOption(more = ''): Option {
  return new Option('--function <function>', `what is delegated${more}`).choices(FUNCTIONS);
}

async function add(
  { api, progress }: Cli,
  [orgId]: string[],
  options: { name: string; role: string[]; door: string },
): Promise<Answer> {
  const { name, role: roles, door } = options;
  const body = { org_id: orgId, name, roles, door };
  const answer = await api.post<{ changed?: boolean } | null>('participants', '/admin/orgs', {
    body,
  });
  if (!(await foldersMade(api, orgId!))) {
    progress(`${orgId}: its drop folder is not there yet; the gateway makes it when it can`);
  }
  const what = answer?.changed === false ? 'no change' : `registered as ${roles.join(', ')}`;
  return done(answer, `${orgId}: ${what}`);
}

const FOLDER_POLL_MS = 50;
const FOLDER_TIMEOUT_MS = 10_000;

/**
 * An organization may exchange at once, but the gateway hears of it over the bus: waits until its
 * drop folder is made. False when that takes long or the gateway is down; the registration stands.
 */
async function foldersMade(api: Cli['api'], orgId: string): Promise<boolean> {
  const until = performance.now() + FOLDER_TIMEOUT_MS;
  while (performance.now() < until) {
    try {
      await api.get('gateway', `/admin/exchange/${segment(orgId)}`);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (['NOT_RUNNING', 'NO_ANSWER'].includes(error.code)) return false;
    }
    await delay(FOLDER_POLL_MS);
  }
  return false;
}

async function delegate(
  { api }: Cli,
  [ldc, agent]: string[],
  options: { function: string; from?: string; to?: string },
): Promise<Answer> {
  const { from = null, to = null } = options;
  const body = { ldc, agent, function: options.function, from, to };
  const answer = await api.post('participants', '/admin/delegations', { body });
  const span = `${from === null ? 'from today' : `from ${from}`}${to === null ? '' : ` to ${to}`}`;
  return done(answer, `${ldc} delegates ${options.function} to ${agent} ${span}`);
}

async function revoke(
  { api }: Cli,
  [ldc, agent]: string[],
  options: { function?: string },
): Promise<Answer> {
  const body = { ldc, agent, function: options.function ?? null };
  const answer = await api.post('participants', '/admin/delegations/revoke', { body });
  return done(answer, `${ldc} no longer delegates ${options.function ?? 'anything'} to ${agent}`);
}

async function list({ api }: Cli): Promise<Answer> {
  const answer = await api.get<{ orgs: Org[] }>('participants', '/admin/orgs');
  const rows = answer.orgs.map((org) => [org.org_id, org.name, org.roles, org.door]);
  return { json: answer, text: table(['org', 'name', 'roles', 'door'], rows, 'no organizations') };
}

async function show({ api }: Cli, [orgId]: string[]): Promise<Answer> {
  const org = await api.get<Org>('participants', `/admin/orgs/${segment(orgId!)}`);
  const { delegations = [], ...facts } = org;
  const rows = delegations.map((d) => [d.ldc, d.agent, d.function, d.from, d.to]);
  const heads = ['ldc', 'agent', 'function', 'from', 'to'];
  return { json: org, text: `${properties(facts)}\n\n${table(heads, rows, 'no delegations')}` };
}
