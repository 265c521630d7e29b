/**
 * Reads a scenario folder: given.csv, when.csv, then.csv, records a billing analyst can read. Nothing is quoted,
 * `#` begins a comment line.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from '../decide/scenario.js';

export const SCENARIOS = fileURLToPath(new URL('../../scenarios', import.meta.url));

export function scenarioNames(): string[] {
  return readdirSync(SCENARIOS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => existsSync(path.join(SCENARIOS, name, 'given.csv')))
    .sort();
}

export function readRows(...parts: string[]): Row[] {
  const text = readFileSync(path.join(SCENARIOS, ...parts), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.split(','));
}
