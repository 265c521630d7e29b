/**
 * What every entry needs before anything is installed or built: plain JavaScript for any Node >= 20.
 * Installs when node_modules does not fit the lockfile, builds, and runs programs on the pinned Node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const say = (line) => process.stderr.write(`${line}\n`);

/** Ends the process with a sentence when this Node is too old to go on. */
export function requireNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 20) return;
  say(`Node 20 or newer is needed to begin with; this is ${process.versions.node}.`);
  process.exit(1);
}

/** `npm ci` when a package of the lockfile is missing or of another version. Throws on failure. */
export function install() {
  const stale = staleReason();
  if (stale === null) return;
  say(`installing the npm packages (${stale})`);
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** Incremental; says nothing when it succeeds. Throws on failure. */
export function build() {
  say('building');
  run('npm', ['run', '--silent', 'build']);
}

/** Makes the programs of this project ready to run, or ends the process with a sentence. */
export function prepare() {
  requireNode();
  try {
    install();
    build();
  } catch (error) {
    say(error.message);
    process.exit(1);
  }
}

/** The pinned Node, or this one where it is new enough and the pinned one cannot run here. */
export function pinnedNode() {
  const pinned = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(pinned) && spawnSync(pinned, ['--version']).status === 0) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  say('The pinned Node is not installed here: run npm ci, or use Node 24 or newer.');
  process.exit(1);
}

/**
 * Runs a program on the pinned Node in this terminal and ends as it ends. Signals are handed on, so
 * that whoever stops us stops it; Ctrl-C reaches it by itself.
 */
export function runPinned(args, options = {}) {
  const child = spawn(pinnedNode(), args, { stdio: 'inherit', ...options });
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((done) => {
    child.once('error', (error) => {
      say(error.message);
      done(1);
    });
    child.once('exit', (code) => done(code ?? 1));
  });
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error) throw new Error(`${command} could not be run: ${error.message}`);
  if (status !== 0) throw new Error(`\`${command} ${args.join(' ')}\` failed`);
}

/** Compares the lockfile with npm's own note of what it installed. */
function staleReason() {
  const note = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(note)) return 'none yet';
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(note);
  for (const [path, entry] of Object.entries(wanted)) {
    // packages for other systems are optional; the workspaces are folders of this repository
    if (!path.includes('node_modules/') || entry.optional || entry.devOptional) continue;
    const found = installed[path];
    if (found === undefined) return `${path} is missing`;
    if (found.version !== entry.version) return `${path} is not ${entry.version}`;
  }
  return null;
}

function packagesOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}
