/**
 * Makes libs/events/src/generated from schemas/: TypeScript types, the schema texts and the topic
 * catalogue. Also gives each new schema its id in schemas/lock.json (an id, once given, never
 * changes) and its golden bytes. Run with `npm run generate:events`; `--check` only compares.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import avro from 'avsc';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const schemasDir = path.join(root, 'schemas');
const outDir = path.join(root, 'libs/events/src/generated');
const check = process.argv.includes('--check');
const stale = [];

/** Writes a file when its content differs, or, with --check, only notes that it does. */
function emit(file, content) {
  const same = fs.existsSync(file) && fs.readFileSync(file).equals(Buffer.from(content));
  if (same) return;
  if (check) stale.push(path.relative(root, file));
  else {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
}

const PRIMITIVES = {
  string: 'string',
  int: 'number',
  long: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** TypeScript text of an Avro type. Named records are written out where they are used. */
function tsType(schema, named) {
  if (typeof schema === 'string') return PRIMITIVES[schema] ?? tsType(named.get(schema), named);
  if (Array.isArray(schema)) return schema.map((s) => tsType(s, named)).join(' | ');
  if (schema.type === 'array') {
    const items = tsType(schema.items, named);
    return items.includes('|') ? `(${items})[]` : `${items}[]`;
  }
  if (schema.type === 'map') return `Record<string, ${tsType(schema.values, named)}>`;
  if (schema.type !== 'record') throw new Error(`unsupported Avro type ${JSON.stringify(schema)}`);
  named.set(schema.name, schema);
  const fields = schema.fields.map((f) => {
    const doc = f.doc ? `/** ${f.doc} */ ` : '';
    return `${doc}${f.name}: ${tsType(f.type, named)};`;
  });
  return `{ ${fields.join('\n ')} }`;
}

/** A deterministic value of a schema, for golden bytes: no field is left at a trivial value. */
function sample(schema, named, depth = 1) {
  if (schema === 'string') return `text-${depth}`;
  if (schema === 'int') return 20_000 + depth;
  if (schema === 'long') return 1_782_000_000_000 + depth;
  if (schema === 'boolean') return true;
  if (typeof schema === 'string') return sample(named.get(schema), named, depth);
  if (Array.isArray(schema))
    return sample(
      schema.find((s) => s !== 'null'),
      named,
      depth,
    );
  if (schema.type === 'array') return [sample(schema.items, named, depth + 1)];
  if (schema.type === 'map') return { key: sample(schema.values, named, depth + 1) };
  named.set(schema.name, schema);
  return Object.fromEntries(
    schema.fields.map((f, i) => [f.name, sample(f.type, named, depth + i)]),
  );
}

const catalogue = JSON.parse(fs.readFileSync(path.join(schemasDir, 'catalogue.json'), 'utf8'));
const lockFile = path.join(schemasDir, 'lock.json');
const lock = fs.existsSync(lockFile) ? JSON.parse(fs.readFileSync(lockFile, 'utf8')) : {};
let nextId = Math.max(0, ...Object.values(lock)) + 1;

const types = [];
const versions = [];
for (const [topic, { service, events }] of Object.entries(catalogue.topics)) {
  for (const event of events) {
    const dir = path.join(schemasDir, service, event);
    const numbers = fs.readdirSync(dir).filter((f) => /^\d+\.avsc$/.test(f));
    numbers.sort((a, b) => parseInt(a) - parseInt(b));
    for (const file of numbers) {
      const version = parseInt(file);
      const schema = JSON.parse(fs.readFileSync(path.join(dir, file), 'utf8'));
      const key = `${service}.${event}/${version}`;
      lock[key] ??= nextId++;
      versions.push({ key, type: `${service}.${event}`, version, id: lock[key], topic, schema });
      const bytes = avro.Type.forSchema(schema).toBuffer(sample(schema, new Map()));
      const golden = path.join(dir, `${version}.golden`);
      if (!fs.existsSync(golden) || process.argv.includes('--regold')) emit(golden, bytes);
    }
    const newest = versions.at(-1);
    types.push(
      `  /** ${newest.schema.doc} Topic ${topic}. */\n  '${newest.type}': ${tsType(newest.schema, new Map())};`,
    );
  }
}

const banner = '// Made by tools/generators/events.mjs from schemas/. Do not edit.\n';
emit(lockFile, JSON.stringify(lock, null, 2) + '\n');
emit(
  path.join(outDir, 'types.ts'),
  `${banner}/* eslint-disable */\nexport interface EventValues {\n${types.join('\n')}\n}\n`,
);
emit(
  path.join(outDir, 'schemas.ts'),
  `${banner}/* eslint-disable */\nexport const schemaVersions: readonly { type: string; version: number; id: number; topic: string; schema: string }[] = [\n` +
    versions
      .map(
        (v) =>
          `  { type: '${v.type}', version: ${v.version}, id: ${v.id}, topic: '${v.topic}', schema: ${JSON.stringify(JSON.stringify(v.schema))} },`,
      )
      .join('\n') +
    `\n];\nexport const topicList: readonly { name: string; service: string; partitions: number; doc: string }[] = [\n` +
    Object.entries(catalogue.topics)
      .map(
        ([name, t]) =>
          `  ${JSON.stringify({ name, service: t.service, partitions: t.partitions, doc: t.doc })},`,
      )
      .join('\n') +
    '\n];\n',
);
if (stale.length > 0) {
  process.stderr.write(`Out of date: ${stale.join(', ')}. Run npm run generate:events.\n`);
  process.exit(1);
}
