/** What every command is given and what it gives back. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseEstDay } from '@mdmr/kernel';
import type { HubSettings } from '@mdmr/stack';
import type { AdminApi } from './admin-api.js';

export interface Cli {
  /** of the running hub where there is one, else of the environment */
  settings: HubSettings;
  /** of the environment */
  ownSettings: HubSettings;
  api: AdminApi;
  /** a line of progress for people */
  progress(line: string): void;
}

/** The result of a command: a document for machines, text for people. */
export interface Answer {
  json: unknown;
  text: string;
  /** 0 unless the answer itself says no */
  exitCode?: number;
}

export type Run = (
  command: Command,
  json: boolean,
  action: (cli: Cli) => Promise<Answer>,
) => Promise<void>;

/** Adds commands whose actions go through one runner (output, errors, exit codes). */
export class CommandBook {
  constructor(
    readonly program: Command,
    private readonly run: Run,
  ) {}

  /** A group such as `org`; its commands are added to it. */
  group(name: string, description: string): Command {
    return this.program.command(name).description(description);
  }

  /** A command with `--json`; `shape` adds its own options. */
  leaf<O extends object>(
    parent: Command,
    usage: string,
    description: string,
    action: (cli: Cli, args: string[], options: O) => Promise<Answer>,
    shape: (command: Command) => Command = (command) => command,
  ): void {
    const command = shape(parent.command(usage).description(description));
    command.option('--json', 'one JSON document on standard output');
    command.action(async (...given: unknown[]) => {
      given.pop();
      const options = given.pop() as O & { json?: boolean };
      const args = given as string[];
      await this.run(command, options.json ?? false, (cli) => action(cli, args, options));
    });
  }
}

/** An option that may be given several times. */
export function repeated(flags: string, description: string, choices?: readonly string[]): Option {
  return new Option(flags, description).argParser((value: string, previous?: string[]) => {
    if (choices !== undefined && !choices.includes(value)) {
      throw new InvalidArgumentError(`Allowed are ${choices.join(', ')}.`);
    }
    return [...(previous ?? []), value];
  });
}

/** Parser of an option that is an EST day. */
export function dayText(text: string): string {
  if (parseEstDay(text) === null) throw new InvalidArgumentError('A day is YYYY-MM-DD.');
  return text;
}

export function dayOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(dayText);
}

/** Parser of an option that is a whole number from 1. */
export function countText(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('A whole number from 1 is wanted.');
  }
  return value;
}

/** A sentence of a changing command, with the service's answer as its document. */
export function done(json: unknown, text: string): Answer {
  return { json: json ?? {}, text };
}
