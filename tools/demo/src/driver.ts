/** All that the demonstration has of the hub: the command and the exchange folders. */
export interface DemoDriver {
  /** Runs a command with --json; rejects with its sentence when it refuses. */
  mdmr<T = unknown>(...args: string[]): Promise<T>;
  /** Puts a file whole into an organization's inbox. */
  drop(org: string, name: string, content: Buffer): Promise<void>;
  /** Resolves when no work is left. */
  idle(): Promise<void>;
  /** Names of the files in an organization's outbox. */
  outbox(org: string): Promise<string[]>;
  /** Text of a file of an outbox. */
  read(org: string, name: string): Promise<string>;
}

export type Progress = (line: string) => void;
