/** reports list, get. */
import { readReport } from '@mdmr/formats';
import { segment } from '../admin-api.js';
import { type Answer, type Cli, type CommandBook } from '../cli.js';
import { Refused } from '../refused.js';
import { table } from '../table.js';

interface ReportEntry {
  report: string;
  ldc: string;
  recipient: string;
  run_id: string;
  name: string;
  generated_at: string;
  rows: number;
}

export function reportsCommands(book: CommandBook): void {
  const reports = book.group('reports', 'the reports the hub has made');
  book.leaf(reports, 'list', 'all, newest first', list, (command) =>
    command.option('--org <ORG>', 'of this recipient only'),
  );
  book.leaf(reports, 'get <report>', 'prints one as delivered, the newest', get, (command) =>
    command
      .option('--org <ORG>', 'as delivered to this recipient')
      .option('--run <ID>', 'of this run')
      .option('--anew', 'makes it again from the events up to its as_of'),
  );
}

async function list({ api }: Cli, _args: string[], options: { org?: string }): Promise<Answer> {
  const query = { org: options.org };
  const answer = await api.get<{ reports: ReportEntry[] }>('reporting', '/admin/reports', {
    query,
  });
  const heads = ['report', 'ldc', 'recipient', 'run_id', 'generated_at', 'rows', 'name'];
  const rows = answer.reports.map((entry) => heads.map((head) => entry[head as keyof ReportEntry]));
  return { json: answer, text: table(heads, rows, 'no reports') };
}

interface Delivered {
  name: string;
  content: string;
}

async function get(
  { api }: Cli,
  [report]: string[],
  options: { org?: string; run?: string; anew?: boolean },
): Promise<Answer> {
  const { org, run } = options;
  const query = { org, run, anew: options.anew ? 'true' : undefined };
  const path = `/admin/reports/${segment(report!)}`;
  const { name, content } = await api.get<Delivered>('reporting', path, { query, timeoutMs: 0 });
  const document = readReport(Buffer.from(content));
  if (document === null) throw new Refused(`${name} is not a report file.`, 'NOT_A_REPORT');
  return { json: { ...document, name }, text: content.replace(/\n$/, '') };
}
