/**
 * Postgres refuses to run as root. Under root it gets a user of its own; an ordinary user runs it
 * as itself.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StackError } from './stack-error.js';

export interface RunAs {
  name: string;
  uid: number;
  gid: number;
}

const OWN_USER = 'mdmr-postgres';

/** The user for Postgres, made if need be; null = the current one. */
export function postgresUser(): RunAs | null {
  if (process.getuid?.() !== 0) return null;
  const known = lookUp('postgres') ?? lookUp(OWN_USER);
  if (known !== null) return known;
  createUser();
  const made = lookUp(OWN_USER) ?? lookUp('nobody');
  if (made !== null) return made;
  throw new StackError(
    'NO_POSTGRES_USER',
    'Postgres does not run as root, and no user for it could be made: ' +
      `add one (useradd --system ${OWN_USER}), or start the hub as an ordinary user.`,
  );
}

function lookUp(name: string): RunAs | null {
  try {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
      const [user, , uid, gid] = line.split(':');
      if (user === name) return { name, uid: Number(uid), gid: Number(gid) };
    }
  } catch {
    // no passwd file: macOS as root; ask id
  }
  return lookUpById(name);
}

function lookUpById(name: string): RunAs | null {
  try {
    const id = (flag: string) =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }).trim());
    return { name, uid: id('-u'), gid: id('-g') };
  } catch {
    return null;
  }
}

function createUser(): void {
  const ways: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', OWN_USER]],
    ['adduser', ['-S', '-H', '-D', OWN_USER]],
  ];
  for (const [command, args] of ways) {
    try {
      execFileSync(command, args, { stdio: 'ignore' });
      return;
    } catch {
      // the next way; in the end postgresUser() says what is missing
    }
  }
}

export interface Launch {
  command: string;
  args: string[];
  uid?: number;
  gid?: number;
}

/**
 * How to run a binary as that user. Where a folder on the way is closed to it (a clone below
 * /root), `setpriv` gives it the one right to pass closed folders; without setpriv the sentence
 * says what to open.
 */
export function launchAs(
  user: RunAs | null,
  command: string,
  args: string[],
  dirs: string[],
): Launch {
  if (user === null) return { command, args };
  const closed = [command, ...dirs].map((path) => closedFolder(path, user)).find((p) => p !== null);
  if (closed === undefined) return { command, args, uid: user.uid, gid: user.gid };
  if (!hasSetpriv()) {
    throw new StackError(
      'FOLDER_CLOSED',
      `Postgres runs as user ${user.name}, who may not enter ${closed}: ` +
        `open it (chmod o+x ${closed}), or set MDMR_DATA_DIR to a folder that user may enter.`,
    );
  }
  const caps = '+dac_read_search';
  const ids = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  return {
    command: 'setpriv',
    args: [...ids, `--inh-caps=${caps}`, `--ambient-caps=${caps}`, command, ...args],
  };
}

/** The nearest folder above a path that the user may not pass, or null. */
function closedFolder(path: string, user: RunAs): string | null {
  let folder = dirname(resolve(path));
  for (;;) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return folder;
    if (dirname(folder) === folder) return null;
    folder = dirname(folder);
  }
}

function hasSetpriv(): boolean {
  try {
    execFileSync('setpriv', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
