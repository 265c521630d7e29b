/**
 * `npm test`: everything, in order of cost. `npm test -- unit int` runs those stages only.
 * The last line is `N passed, N failed`, summed over all stages; a failed check (build, lint, tidy,
 * a suite that does not load, a run that hangs) counts as one failed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, install, pinnedNode, requireNode, root } from './bootstrap.mjs';

const JEST_FLAGS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const JEST_BIN = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const JEST_LIMIT_MS = 40 * 60_000;

/** In the order they run. `stack`: on one shared Postgres and Kafka; e2e specs start whole hubs. */
const STAGES = {
  lint: { script: 'lint' },
  tidy: { script: 'tidy' },
  unit: { pattern: '\\.unit\\.spec\\.js$', workers: 2, testTimeoutMs: 20_000 },
  int: { pattern: '\\.int\\.spec\\.js$', workers: 2, testTimeoutMs: 120_000, stack: true },
  e2e: { pattern: '\\.e2e\\.spec\\.js$', workers: 1, testTimeoutMs: 600_000 },
};

const say = (line) => process.stderr.write(`${line}\n`);
const totals = { passed: 0, failed: 0 };
const scratch = mkdtempSync(join(tmpdir(), 'mdmr-test-'));
chmodSync(scratch, 0o711);
let stack = null;
let child = null;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    child?.kill('SIGTERM');
    void finish(1);
  });
}

await main();

async function main() {
  const chosen = process.argv.slice(2);
  const unknown = chosen.filter((name) => !(name in STAGES));
  if (unknown.length > 0) {
    say(
      `usage: npm test [-- ${Object.keys(STAGES).join('|')} ...]; unknown: ${unknown.join(', ')}`,
    );
    return finish(2);
  }
  requireNode();
  try {
    install();
    build();
  } catch (error) {
    totals.failed += 1;
    say(error.message);
    return finish(1);
  }
  for (const [name, stage] of Object.entries(STAGES)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    await runStage(name, stage);
  }
  return finish(totals.failed === 0 ? 0 : 1);
}

async function runStage(name, stage) {
  const started = performance.now();
  say(`\n--- ${name}`);
  try {
    if (stage.script) runScript(stage.script);
    else await runJest(name, stage);
  } catch (error) {
    totals.failed += 1;
    say(`${name}: ${error.message}`);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  say(`--- ${name} done in ${seconds} s: ${totals.passed} passed, ${totals.failed} failed so far`);
}

function runScript(script) {
  const args = ['run', '--silent', '--if-present', script];
  const { status } = spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`failed (exit code ${status})`);
}

async function runJest(name, stage) {
  const env = { ...process.env, ...(stage.stack ? await stackEnvironment() : {}) };
  const output = join(scratch, `${name}.json`);
  const args = [...JEST_FLAGS, JEST_BIN, '--json', `--outputFile=${output}`, '--passWithNoTests'];
  args.push(`--testPathPatterns=${stage.pattern}`, `--maxWorkers=${stage.workers}`);
  args.push(`--testTimeout=${stage.testTimeoutMs}`);
  const code = await runChild(pinnedNode(), args, env);
  await stopStack();
  const result = readResult(output, code);
  totals.passed += result.numPassedTests;
  totals.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  if (code !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0) {
    throw new Error(`jest ended with ${code}`);
  }
}

function runChild(command, args, env) {
  // jest's own report goes to standard error, its JSON to the file
  child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const limit = setTimeout(() => child.kill('SIGKILL'), JEST_LIMIT_MS);
  return new Promise((done) => {
    child.once('exit', (code, signal) => {
      clearTimeout(limit);
      child = null;
      done(code ?? signal);
    });
  });
}

function readResult(output, code) {
  try {
    return JSON.parse(readFileSync(output, 'utf8'));
  } catch {
    throw new Error(`jest ended with ${code} and left no result`);
  }
}

/** One Postgres and one Kafka for all specs; each spec has its own databases and topics. */
async function stackEnvironment() {
  if (process.env.MDMR_TEST_PG_URL && process.env.MDMR_TEST_KAFKA_BROKERS) return {};
  if (stack === null) {
    const { startStack } = await import(join(root, 'tools', 'stack', 'dist', 'index.js'));
    const dataDir = join(scratch, 'stack');
    stack = await startStack({ dataDir, portBase: 'free', log: say });
  }
  return { MDMR_TEST_PG_URL: stack.pgUrl, MDMR_TEST_KAFKA_BROKERS: stack.kafkaBrokers };
}

async function stopStack() {
  await stack?.stop();
  stack = null;
}

async function finish(code) {
  try {
    await stopStack();
    rmSync(scratch, { recursive: true, force: true });
  } catch (error) {
    say(error.message);
  }
  process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`);
  process.exit(code);
}
