/** Builds, then runs a program of tools/ on the pinned Node: `run-built.mjs <file below tools> …`. */
import { join } from 'node:path';
import { build, install, requireNode, root, runPinned } from './bootstrap.mjs';

requireNode();
const [program, ...options] = process.argv.slice(2);
try {
  install();
  build();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
// kafkajs computes a negative timeout at each connection; it is harmless
const flags = ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning'];
process.exitCode = await runPinned([...flags, join(root, 'tools', program), ...options]);
