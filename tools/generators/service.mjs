/**
 * Makes a new service with its rooms: `npm run generate:service -- <name>`. It builds, has a table,
 * a projection, a door and a README, and passes tidy; what it decides is then yours to write.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const LIBS = ['kernel', 'formats', 'events', 'postgres', 'bus', 'directory', 'service', 'testing'];

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}

const name = process.argv[2];
if (name === '--help' || name === undefined) {
  process.stderr.write('usage: npm run generate:service -- <name>   (letters and dashes)\n');
  process.exit(name === undefined ? 2 : 0);
}
if (!/^[a-z][a-z-]{1,30}$/.test(name))
  fail(`${name} is no service name: use small letters and dashes.`);
const dir = path.join(root, 'services', name);
if (fs.existsSync(dir)) fail(`services/${name} is there already.`);

const camel = name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

const files = {
  'package.json': json({
    name: `@mdmr/${name}`,
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: {
      build: 'tsc -b',
      lint: 'node ../../tools/lint/run.mjs .',
      test:
        'node --experimental-vm-modules --disable-warning=ExperimentalWarning ' +
        `../../node_modules/jest/bin/jest.js --rootDir ../.. --passWithNoTests services/${name}/dist`,
    },
    dependencies: Object.fromEntries(LIBS.map((lib) => [`@mdmr/${lib}`, '0.1.0'])),
  }),
  'tsconfig.json': json({
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: '.', outDir: 'dist', tsBuildInfoFile: 'dist/.tsbuildinfo' },
    include: ['**/*.ts'],
    exclude: ['dist', 'node_modules'],
    references: LIBS.map((lib) => ({ path: `../../libs/${lib}` })),
  }),
  'main.ts': `import { bootService } from '@mdmr/service';
import { ${camel}Service } from './${name}.module.js';

await bootService(${camel}Service);
`,
  [`${name}.module.ts`]: `import type { ServiceSpec } from '@mdmr/service';
import { fileSeenProjection } from './project/file-seen.projection.js';
import { first } from './store/1-first.migration.js';

/** The wiring of ${name}: its tables, its events to rows, its decisions, its doors. */
export const ${camel}Service: ServiceSpec = {
  name: '${name}',
  migrations: [first],
  projections: () => [fileSeenProjection],
};
`,
  'store/1-first.migration.ts': `import type { Migration } from '@mdmr/postgres';

export const first: Migration = {
  id: 1,
  name: 'first',
  sql: \`create table file_seen (custody_id text primary key, at_ms bigint not null);\`,
};
`,
  'project/file-seen.projection.ts': `import type { Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';

/** Files in custody as rows: an example to replace. */
export const fileSeenProjection: Projection = {
  name: 'file-seen',
  topics: ['mdmr.gateway.files.v1'],
  apply: async (tx, events) => {
    await bulkInsert(tx, {
      table: 'file_seen',
      columns: [
        { name: 'custody_id', type: 'text' },
        { name: 'at_ms', type: 'int8' },
      ],
      rows: events.flatMap((event) =>
        event.type === 'gateway.FileReceived' ? [[event.value.custody_id, event.value.at_ms]] : [],
      ),
    });
  },
};
`,
  'README.md': `# ${name}

**In.** \`mdmr.gateway.files.v1\`.

**Decides.** Nothing yet.

**Out.** Nothing yet.

**Tables.** \`file_seen\`: files in custody.

**Reports.** None.

**When it breaks.** See \`mdmr status\`; a stopped partition names its cause.
`,
};

for (const room of ['edge', 'decide', 'project', 'report', 'store']) {
  fs.mkdirSync(path.join(dir, room), { recursive: true });
}
for (const [file, content] of Object.entries(files))
  fs.writeFileSync(path.join(dir, file), content);

const config = path.join(root, 'tsconfig.json');
const tsconfig = JSON.parse(fs.readFileSync(config, 'utf8'));
tsconfig.references.push({ path: `services/${name}` });
fs.writeFileSync(config, json(tsconfig));
process.stderr.write(
  `services/${name} is made. Next: npm install (links it), add it to tools/stack/src/hub/services.ts ` +
    'and tools/lint/eslint.config.mjs, its topics to schemas/catalogue.json.\n',
);
