#!/usr/bin/env node
/** `npx mdmr`: hands over to the compiled command on the pinned Node. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, runPinned } from '../../bootstrap.mjs';

const command = join(root, 'tools', 'mdmr', 'dist', 'main.js');
if (!existsSync(command)) {
  process.stderr.write('mdmr is not built yet: run npm start (or npm run build) once.\n');
  process.exit(1);
}
process.exitCode = await runPinned([command, ...process.argv.slice(2)]);
