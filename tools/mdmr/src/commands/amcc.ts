/** amcc add. */
import { Option } from 'commander';
import { done, repeated, type Answer, type Cli, type CommandBook } from '../cli.js';

interface AddOptions {
  org: string;
  ldc: string[];
  format: string;
  stamps: string;
  key: string;
  multiplied?: boolean;
}

export function amccCommands(book: CommandBook): void {
  const amcc = book.group('amcc', 'head-ends whose read files are accepted');
  const choice = (flags: string, text: string, choices: string[]) =>
    new Option(flags, text).choices(choices);
  book.leaf(amcc, 'add <AMCC>', 'registers a head-end', add, (command) =>
    command
      .requiredOption('--org <ORG>', 'the organization that sends its files')
      .addOption(repeated('--ldc <LDC>', 'an LDC it reads for').makeOptionMandatory())
      .addOption(choice('--format <format>', 'file format', ['CMEP']).makeOptionMandatory())
      .addOption(choice('--stamps <zone>', 'its time stamps', ['EST', 'UTC']).default('EST'))
      .addOption(choice('--key <key>', 'field 8 names', ['METER', 'AMCD']).default('METER'))
      .option('--multiplied', "values already contain the meter's multiplier"),
  );
}

async function add({ api }: Cli, [amccId]: string[], options: AddOptions): Promise<Answer> {
  const { org, ldc: ldcs, format, stamps, key, multiplied = false } = options;
  const body = { amcc_id: amccId, org, ldcs, format, stamps, key, multiplied };
  const answer = await api.post('participants', '/admin/amccs', { body });
  return done(answer, `${amccId}: ${format} files of ${org} for ${ldcs.join(', ')} are accepted`);
}
