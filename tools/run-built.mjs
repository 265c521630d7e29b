/** Builds, then runs a program of tools/ on the pinned Node: `run-built.mjs <file below tools> …`. */
import { join } from 'node:path';
import { prepare, root, runPinned } from './bootstrap.mjs';

prepare();
const [program, ...options] = process.argv.slice(2);
// kafkajs computes a negative timeout at each connection; it is harmless
const flags = ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning'];
process.exitCode = await runPinned([...flags, join(root, 'tools', program), ...options]);
