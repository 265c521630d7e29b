/**
 * Makes docs/reference/topics.md and settings.md from what the suite itself uses.
 * `npm run generate:reference`; `--check` only compares. Needs a build.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const check = process.argv.includes('--check');
const { settings } = await import(path.join(root, 'libs/service/dist/settings.js'));
const catalogue = JSON.parse(fs.readFileSync(path.join(root, 'schemas/catalogue.json'), 'utf8'));

function avroName(type) {
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return `${avroName(type.find((t) => t !== 'null'))}, may be null`;
  if (type.type === 'array') return `list of ${avroName(type.items)}`;
  if (type.type === 'map') return `map of ${avroName(type.values)}`;
  return type.name;
}

function records(schema, found = []) {
  if (Array.isArray(schema)) schema.forEach((s) => records(s, found));
  else if (schema.type === 'array') records(schema.items, found);
  else if (schema.type === 'record') {
    found.push(schema);
    schema.fields.forEach((f) => records(f.type, found));
  }
  return found;
}

function newest(service, event) {
  const dir = path.join(root, 'schemas', service, event);
  const last = Math.max(
    ...fs
      .readdirSync(dir)
      .filter((f) => f.endsWith('.avsc'))
      .map((f) => parseInt(f)),
  );
  return JSON.parse(fs.readFileSync(path.join(dir, `${last}.avsc`), 'utf8'));
}

function topicsPage() {
  const out = [
    '# Topics and events',
    '',
    'Made from `schemas/` by `npm run generate:reference`. Messages are in the Confluent wire format: a zero byte, the schema id of `schemas/lock.json` as four bytes, the Avro body.',
    'The headers `lane` and `seq` number each event in its lane and partition, dense from 1: at or below the last one seen is a copy. Times are milliseconds since the epoch (`_ms`), days are EST day numbers since 1970-01-01 (`_day`), energy is integer Wh (`_wh`).',
    '',
  ];
  for (const [topic, t] of Object.entries(catalogue.topics)) {
    out.push(
      `## ${topic}`,
      '',
      `${t.doc}. Written by \`${t.service}\`, ${t.partitions} partition${t.partitions > 1 ? 's' : ''}.`,
      '',
    );
    for (const event of t.events) {
      const schema = newest(t.service, event);
      out.push(
        `### ${t.service}.${event}`,
        '',
        schema.doc,
        '',
        '| field | type | |',
        '|---|---|---|',
      );
      for (const record of records(schema)) {
        const prefix = record === schema ? '' : `${record.name}.`;
        for (const f of record.fields)
          out.push(`| \`${prefix}${f.name}\` | ${avroName(f.type)} | ${f.doc ?? ''} |`);
      }
      out.push('');
    }
  }
  return out.join('\n');
}

function settingsPage() {
  const rows = Object.values(settings).map(
    (s) => `| \`${s.env}\` | ${s.fallback === '' ? '' : `\`${s.fallback}\``} | ${s.doc} |`,
  );
  return [
    '# Settings of the hub',
    '',
    'Environment variables, also read from `.env` in the directory the hub is started in. A wrong value is refused at start with a sentence. Made by `npm run generate:reference`.',
    '',
    '| variable | default | |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const stale = [];
for (const [file, content] of [
  ['topics.md', topicsPage()],
  ['settings.md', settingsPage()],
]) {
  const target = path.join(root, 'docs/reference', file);
  if (fs.existsSync(target) && fs.readFileSync(target, 'utf8') === content) continue;
  if (check) stale.push(file);
  else fs.writeFileSync(target, content);
}
if (stale.length > 0) {
  process.stderr.write(
    `docs/reference/${stale.join(', ')} out of date. Run npm run generate:reference.\n`,
  );
  process.exit(1);
}
