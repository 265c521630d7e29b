/** vee accept. */
import { Option } from 'commander';
import { parseEstDay, parseInstant } from '@mdmr/kernel';
import { done, type Answer, type Cli, type CommandBook } from '../cli.js';
import { WrongUsage } from '../refused.js';

const RULES = ['R-021', 'R-023', 'R-024', 'R-025', 'R-031'];

export function veeCommands(book: CommandBook): void {
  const vee = book.group('vee', 'decisions of a person on values');
  const text = 'lets values stand that a rule failed, until one of them changes';
  book.leaf(vee, 'accept <usdp_id> <start> <end>', text, accept, (command) =>
    command
      .addOption(new Option('--rule <rule>', 'the rule').choices(RULES).makeOptionMandatory())
      .requiredOption('--user <user>', 'who decides')
      .requiredOption('--reason <text>', 'why'),
  );
}

async function accept(
  { api }: Cli,
  [usdpId, start, end]: string[],
  options: { rule: string; user: string; reason: string },
): Promise<Answer> {
  for (const text of [start!, end!]) {
    if (parseEstDay(text) === null && parseInstant(text) === null) {
      throw new WrongUsage(`"${text}" is neither a day nor an ISO 8601 timestamp.`);
    }
  }
  const { rule, user, reason } = options;
  const body = { usdp_id: usdpId, start, end, rule, user, reason };
  const answer = await api.post('vee', '/admin/accept', { body });
  return done(answer, `${usdpId}: values from ${start} to ${end} stand (${rule}, ${user})`);
}
