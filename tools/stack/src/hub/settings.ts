/** The settings of operating.md that the supervisor and the command need themselves. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseInstant, type Instant } from '@mdmr/kernel';
import { layoutOf } from '../layout.js';
import { repoRoot } from '../kafka-jars.js';
import { StackError } from '../stack-error.js';
import { readRunFile } from './run-file.js';

export interface HubSettings {
  dataDir: string;
  exchangeDir: string;
  operatorKeyFile: string;
  clockFile: string;
  portBase: number;
  environment: 'SANDBOX' | 'QUALIFICATION' | 'PRODUCTION';
  /** null = the system's clock */
  clockStart: Instant | null;
}

const ENVIRONMENTS = ['SANDBOX', 'QUALIFICATION', 'PRODUCTION'] as const;

/** Adds the root's `.env` to the environment; what is set already wins. */
export function loadDotEnv(): void {
  const path = join(repoRoot, '.env');
  if (existsSync(path)) process.loadEnvFile(path);
}

/** Throws StackError BAD_SETTING with a sentence a mistake, all of them at once. */
export function readSettings(env: NodeJS.ProcessEnv = process.env): HubSettings {
  const mistakes: string[] = [];
  const dataDir = resolve(repoRoot, env.MDMR_DATA_DIR || '.mdmr');
  const layout = layoutOf(dataDir);
  const settings: HubSettings = {
    dataDir,
    exchangeDir: resolve(repoRoot, env.MDMR_EXCHANGE_DIR || join(dataDir, 'exchange')),
    operatorKeyFile: resolve(repoRoot, env.MDMR_OPERATOR_KEY_FILE || layout.operatorKey),
    clockFile: join(dataDir, 'clock.json'),
    portBase: portBaseOf(env.MDMR_PORT_BASE || '7400', mistakes),
    environment: environmentOf(env.MDMR_ENVIRONMENT || 'SANDBOX', mistakes),
    clockStart: clockOf(env.MDMR_CLOCK || 'system', mistakes),
  };
  if (mistakes.length > 0) throw new StackError('BAD_SETTING', mistakes.join('\n'));
  return settings;
}

/** The settings, with what a running hub of the data directory was started with in their place. */
export function settingsOfRunning(env: NodeJS.ProcessEnv = process.env): HubSettings {
  const settings = readSettings(env);
  const record = readRunFile(layoutOf(settings.dataDir).runFile);
  if (record === null) return settings;
  return {
    ...settings,
    portBase: record.port_base,
    exchangeDir: record.exchange_dir,
    operatorKeyFile: record.operator_key_file,
  };
}

function portBaseOf(text: string, mistakes: string[]): number {
  const base = Number(text);
  if (/^\d+$/.test(text) && base >= 1 && base <= 65_436) return base;
  mistakes.push(`MDMR_PORT_BASE is "${text}", not a port from 1 to 65436.`);
  return 0;
}

function environmentOf(text: string, mistakes: string[]): HubSettings['environment'] {
  const found = ENVIRONMENTS.find((environment) => environment === text);
  if (found !== undefined) return found;
  mistakes.push(`MDMR_ENVIRONMENT is "${text}", not one of ${ENVIRONMENTS.join(', ')}.`);
  return 'SANDBOX';
}

function clockOf(text: string, mistakes: string[]): Instant | null {
  if (text === 'system') return null;
  const instant = parseInstant(text);
  if (instant === null) {
    mistakes.push(`MDMR_CLOCK is "${text}", neither "system" nor an ISO 8601 instant.`);
  }
  return instant;
}
