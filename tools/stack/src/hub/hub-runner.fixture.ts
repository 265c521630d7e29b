/** A hub of stub services in a process of its own, which a spec can kill: dataDir portBase. */
import { startHub } from './hub.js';
import { readSettings } from './settings.js';

const [dataDir, portBase] = process.argv.slice(2);
const settings = readSettings({ MDMR_DATA_DIR: dataDir, MDMR_PORT_BASE: portBase });
const hub = await startHub({
  settings,
  script: () => 'tools/stack/dist/hub/stub-service.fixture.js',
  log: () => undefined,
  serviceLine: () => undefined,
});
process.on('SIGTERM', () => void hub.stop().then(() => process.exit(0)));
process.stdout.write('ready\n');
