/** `npm start`: from a fresh clone to a running hub, with any Node >= 20 and nothing installed. */
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
const command = join(root, 'tools', 'mdmr', 'dist', 'main.js');
process.exitCode = await runPinned([command, 'start', ...process.argv.slice(2)]);
