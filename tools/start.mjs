/** `npm start`: from a fresh clone to a running hub, with any Node >= 20 and nothing installed. */
import { join } from 'node:path';
import { prepare, root, runPinned } from './bootstrap.mjs';

prepare();
const command = join(root, 'tools', 'mdmr', 'dist', 'main.js');
process.exitCode = await runPinned([command, 'start', ...process.argv.slice(2)]);
