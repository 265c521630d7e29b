/**
 * The repository tests itself: rooms, what a room may import, sizes, tests that could not fail, and
 * that every reason, event, topic and setting is documented. `npm run tidy`.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const troubles = [];
const say = (file, line, what) => troubles.push(`${file}${line ? `:${line}` : ''} ${what}`);

const ROOMS = ['edge', 'decide', 'project', 'report', 'store'];
const BESIDE = ['main.ts', 'config.ts', 'README.md', 'package.json', 'tsconfig.json'];
const GONE = ['dist', 'node_modules'];
const README_PARTS = ['In', 'Decides', 'Out', 'Tables', 'Reports', 'When it breaks'];
const LIMITS = { lines: 400, specLines: 600, columns: 140 };

function walk(dir, found = []) {
  for (const entry of fs.readdirSync(path.join(root, dir), { withFileTypes: true })) {
    if (GONE.includes(entry.name) || entry.name === 'generated') continue;
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) walk(file, found);
    else found.push(file);
  }
  return found;
}
const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');
const list = (dir) => fs.readdirSync(path.join(root, dir)).filter((n) => !GONE.includes(n));

const services = list('services');
const sources = ['libs', 'services', 'tools']
  .flatMap((d) => walk(d))
  .filter((f) => /\.(ts|mjs)$/.test(f));

/** The same rooms in every service, and nothing beside them but what belongs there. */
function rooms() {
  for (const service of services) {
    const allowed = [...ROOMS, ...BESIDE, `${service}.module.ts`, 'scenarios'];
    for (const entry of list(`services/${service}`)) {
      if (!allowed.includes(entry)) say(`services/${service}/${entry}`, 0, 'belongs in a room');
    }
    const readme = `services/${service}/README.md`;
    if (!fs.existsSync(path.join(root, readme))) say(readme, 0, 'is missing');
    else {
      for (const part of README_PARTS) {
        if (!read(readme).includes(`**${part}.**`)) say(readme, 0, `lacks **${part}.**`);
      }
    }
  }
}

/** Rules are pure: no frame, no database, no clock, no promise. */
function pureRules() {
  const foreign =
    /from '(@nestjs|@mdmr\/(bus|postgres|service|testing)|node:(fs|net|http|timers)|pg|kafkajs)/;
  for (const file of sources) {
    if (!/^services\/[^/]+\/decide\//.test(file) || file.endsWith('.spec.ts')) continue;
    read(file)
      .split('\n')
      .forEach((line, i) => {
        const typeOnly = /^import type /.test(line);
        if (foreign.test(line) && !typeOnly) say(file, i + 1, 'a rule imports more than rules may');
        if (/\basync\b|\bPromise\b|\bawait\b/.test(line.replace(/\/\/.*|\*.*/, ''))) {
          say(file, i + 1, 'a rule waits for nothing');
        }
      });
  }
}

function sizes() {
  for (const file of sources) {
    const lines = read(file).split('\n');
    const limit = /(\.spec|-cases)\.ts$/.test(file) ? LIMITS.specLines : LIMITS.lines;
    if (lines.length - 1 > limit)
      say(file, 0, `has ${lines.length - 1} lines, ${limit} is the limit`);
    lines.forEach((line, i) => {
      if (
        file.endsWith('.ts') &&
        !file.endsWith('.spec.ts') &&
        line.length > LIMITS.columns &&
        !/https?:|`|'/.test(line)
      ) {
        say(file, i + 1, `is ${line.length} columns wide`);
      }
    });
  }
}

/** Tests that are left out, narrowed, mocked or asleep. */
function honestTests() {
  const forbidden =
    /\b(it|test|describe)\.(only|skip)\(|\bxit\(|\bxdescribe\(|jest\.mock\(|(?<!jest\.)setTimeout\(/;
  for (const file of sources.filter((f) => f.endsWith('.spec.ts'))) {
    read(file)
      .split('\n')
      .forEach((line, i) => {
        if (forbidden.test(line))
          say(file, i + 1, 'a test is left out, narrowed, mocked or asleep');
      });
  }
}

/** Each reason a rule can give stands in the reference. */
function documentedReasons() {
  const reference = walk('docs/reference')
    .filter((f) => f.endsWith('.md'))
    .map(read)
    .join('\n');
  const seen = new Set();
  for (const file of sources) {
    if (!/^services\/[^/]+\/decide\//.test(file) || file.endsWith('.spec.ts')) continue;
    for (const [, code] of read(file).matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g)) {
      if (seen.has(code)) continue;
      seen.add(code);
      if (!reference.includes(code)) say(file, 0, `${code} is not in docs/reference`);
    }
  }
}

/** What is made from other files is made from their present state. */
function generated() {
  for (const script of ['events.mjs', 'reference.mjs']) {
    const run = spawnSync(
      process.execPath,
      [path.join(root, 'tools/generators', script), '--check'],
      { encoding: 'utf8' },
    );
    if (run.status !== 0) say(`tools/generators/${script}`, 0, run.stderr.trim());
  }
}

for (const check of [rooms, pureRules, sizes, honestTests, documentedReasons, generated]) check();
if (troubles.length > 0) {
  process.stderr.write(`${troubles.join('\n')}\n${troubles.length} troubles\n`);
  process.exit(1);
}
process.stderr.write('tidy\n');
