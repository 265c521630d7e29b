/** `npm run chaos`: builds, then runs seeds of faults against whole suites. See tools/chaos. */
import { join } from 'node:path';
import { build, install, requireNode, root, runPinned } from './bootstrap.mjs';

requireNode();
try {
  install();
  build();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
const main = join(root, 'tools', 'chaos', 'dist', 'main.js');
// kafkajs computes a negative timeout at each connection; it is harmless
const flags = ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning'];
process.exitCode = await runPinned([...flags, main, ...process.argv.slice(2)]);
