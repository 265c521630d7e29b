/** vee-service add. */
import { InvalidArgumentError, Option } from 'commander';
import { dayOption, done, type Answer, type Cli, type CommandBook } from '../cli.js';
import { readInput } from '../input.js';

interface AddOptions {
  rules: string;
  ladder?: string;
  strict?: boolean;
  profile?: string;
  set?: Record<string, string>;
  from?: string;
}

export function veeServiceCommands(book: CommandBook): void {
  const service = book.group('vee-service', 'VEE services: rule set, ladder, thresholds');
  const choice = (flags: string, text: string, choices: string[]) =>
    new Option(flags, text).choices(choices);
  const rules = ['STANDARD', 'TEXTBOOK', 'COMMERCIAL'];
  book.leaf(service, 'add <ID>', 'a VEE service, or its next version', add, (command) =>
    command
      .addOption(choice('--rules <set>', 'rule set', rules).makeOptionMandatory())
      .addOption(choice('--ladder <ladder>', 'like days', ['mean10', 'weekday3', 'soft']))
      .option('--strict', 'always scale to the registers')
      .option('--profile <file>', 'class load profile')
      .addOption(
        new Option('--set <rule.name=value>', 'a threshold, e.g. r-031.kw=48').argParser(
          addSetting,
        ),
      )
      .addOption(dayOption('--from <day>', 'first day of the version; default today')),
  );
}

function addSetting(text: string, previous: Record<string, string> = {}): Record<string, string> {
  const match = /^([a-z0-9-]+\.[a-z0-9-]+)=(.+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('A threshold is rule.name=value.');
  return { ...previous, [match[1]!]: match[2]! };
}

async function add({ api }: Cli, [id]: string[], options: AddOptions): Promise<Answer> {
  const { rules, ladder = null, strict = false, set = {}, from = null } = options;
  const profile = options.profile === undefined ? null : readInput(options.profile);
  const body = { id, rules, ladder, strict, profile, set, from };
  const answer = await api.post('vee', '/admin/vee-services', { body });
  return done(answer, `${id}: ${rules} from ${from ?? 'today'}`);
}
