/** `npm run bench:<name> -- [options]`: builds, then runs one bench on the pinned Node. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, install, requireNode, root, runPinned } from './bootstrap.mjs';

requireNode();
const [name, ...options] = process.argv.slice(2);
try {
  install();
  build();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
const bench = join(root, 'tools', 'bench', 'dist', `bench-${name}.js`);
if (!existsSync(bench)) {
  process.stderr.write(`There is no bench ${name}.\n`);
  process.exit(2);
}
// kafkajs computes a negative timeout at each connection; it is harmless
const flags = ['--disable-warning=TimeoutNegativeWarning'];
process.exitCode = await runPinned([...flags, bench, ...options]);
