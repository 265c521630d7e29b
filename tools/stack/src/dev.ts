/**
 * A bare stack by hand, without the services:
 *   node tools/stack/dist/dev.js --data-dir DIR [--port-base N]
 * prints its two addresses as shell assignments and runs until Ctrl-C.
 */
import { parseArgs } from 'node:util';
import { startStack } from './stack.js';
import { StackError } from './stack-error.js';

const { values } = parseArgs({
  options: { 'data-dir': { type: 'string' }, 'port-base': { type: 'string' } },
});
if (values['data-dir'] === undefined) {
  process.stderr.write('usage: node tools/stack/dist/dev.js --data-dir DIR [--port-base N]\n');
  process.exit(2);
}
try {
  const stack = await startStack({
    dataDir: values['data-dir'],
    portBase: values['port-base'] === undefined ? 'free' : Number(values['port-base']),
    log: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`MDMR_PG_URL=${stack.pgUrl}\nMDMR_KAFKA_BROKERS=${stack.kafkaBrokers}\n`);
  const stop = () => void stack.stop().then(() => process.exit(0));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  stack.onLoss((what) => {
    process.stderr.write(`${what}\n`);
    void stack.stop().then(() => process.exit(1));
  });
} catch (error) {
  process.stderr.write(`${error instanceof StackError ? error.message : String(error)}\n`);
  process.exit(1);
}
