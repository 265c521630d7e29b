/** The command: all groups, one runner, exit codes 0 done, 1 refused or failed, 2 wrong usage. */
import { Command, CommanderError } from 'commander';
import { StackError } from '@mdmr/stack';
import { CommandBook, type Answer, type Cli, type Run } from './cli.js';
import { amccCommands } from './commands/amcc.js';
import { calendarCommands } from './commands/calendar.js';
import { clockCommands } from './commands/clock.js';
import { codesCommands } from './commands/codes.js';
import { filesCommands } from './commands/files.js';
import { holdCommands } from './commands/hold.js';
import { orgCommands } from './commands/org.js';
import { paramCommands } from './commands/param.js';
import { quarantineCommands } from './commands/quarantine.js';
import { rebuildCommands } from './commands/rebuild.js';
import { reportsCommands } from './commands/reports.js';
import { scheduleCommands } from './commands/schedule.js';
import { simulateCommands } from './commands/simulate.js';
import { startCommands } from './commands/start.js';
import { statusCommands } from './commands/status.js';
import { stopCommands } from './commands/stop.js';
import { syncCommands } from './commands/sync.js';
import { traceCommands } from './commands/trace.js';
import { veeCommands } from './commands/vee.js';
import { veeServiceCommands } from './commands/vee-service.js';
import { Refused, WrongUsage } from './refused.js';

/** Where a command writes and what it is given. */
export interface Host {
  stdout(text: string): void;
  stderr(text: string): void;
  /** made when a command runs, not for its help */
  cli(): Cli;
}

const GROUPS = [
  startCommands,
  stopCommands,
  statusCommands,
  orgCommands,
  amccCommands,
  veeServiceCommands,
  calendarCommands,
  codesCommands,
  paramCommands,
  clockCommands,
  filesCommands,
  scheduleCommands,
  reportsCommands,
  syncCommands,
  holdCommands,
  veeCommands,
  traceCommands,
  rebuildCommands,
  quarantineCommands,
  simulateCommands,
];

/** Builds the tree of commands; `run` carries out an action. */
export function buildProgram(host: Host, run: Run): Command {
  const program = new Command('mdmr').description('Operates the open meter data hub.');
  const book = new CommandBook(program, run);
  GROUPS.forEach((add) => add(book));
  configure(program, host);
  return program;
}

/** Settings that commander does not hand down by itself. */
function configure(command: Command, host: Host): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => host.stdout(text),
    writeErr: (text) => host.stderr(text),
  });
  command.commands.forEach((child) => configure(child, host));
}

/** Runs one command line (without node and script) and returns its exit code. */
export async function runCommand(argv: string[], host: Host): Promise<number> {
  let exitCode = 0;
  const run: Run = async (_command, json, action) => {
    exitCode = await carryOut(host, json, action);
  };
  const program = buildProgram(host, run);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // commander has said what is wrong; help asked for is no mistake
    return error.exitCode === 0 ? 0 : 2;
  }
}

async function carryOut(
  host: Host,
  json: boolean,
  action: (cli: Cli) => Promise<Answer>,
): Promise<number> {
  try {
    const answer = await action(host.cli());
    if (json && answer.json !== undefined) host.stdout(`${JSON.stringify(answer.json)}\n`);
    if (!json && answer.text !== '') host.stdout(`${answer.text}\n`);
    return answer.exitCode ?? 0;
  } catch (error) {
    const trouble = troubleOf(error);
    host.stderr(`${trouble.sentence}\n`);
    const document = { error: { code: trouble.code, detail: trouble.sentence } };
    if (json) host.stdout(`${JSON.stringify(document)}\n`);
    return trouble.exitCode;
  }
}

function troubleOf(error: unknown): { sentence: string; code: string; exitCode: number } {
  if (error instanceof WrongUsage) {
    return { sentence: error.message, code: 'WRONG_USAGE', exitCode: 2 };
  }
  if (error instanceof Refused || error instanceof StackError) {
    return { sentence: error.message, code: error.code, exitCode: 1 };
  }
  const { stack, message } = error as Error;
  return { sentence: stack ?? message, code: 'DEFECT', exitCode: 1 };
}
