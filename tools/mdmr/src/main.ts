/** Entry of `npx mdmr`, run on the pinned Node by bin/mdmr.mjs. */
import { loadDotEnv, readSettings, settingsOfRunning } from '@mdmr/stack';
import { adminApi } from './admin-api.js';
import { runCommand } from './program.js';

// a reader that left (`| head`) is no reason to die half-way
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

loadDotEnv();
process.exitCode = await runCommand(process.argv.slice(2), {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  cli: () => {
    const settings = settingsOfRunning();
    const progress = (line: string) => void process.stderr.write(`${line}\n`);
    return { settings, ownSettings: readSettings(), progress, api: adminApi(settings) };
  },
});
