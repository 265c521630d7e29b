/** What the first start of a data directory makes before any service runs. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemNowMs, writeClockState } from '@mdmr/kernel';
import { writeFileAtomic } from '../files.js';
import type { HubSettings } from './settings.js';

/** Makes the operator's key and, for a driven clock, the clock's file; keeps what is there. */
export function prepareDataDir(settings: HubSettings): void {
  mkdirSync(settings.exchangeDir, { recursive: true });
  if (!existsSync(settings.operatorKeyFile)) {
    mkdirSync(dirname(settings.operatorKeyFile), { recursive: true, mode: 0o700 });
    writeFileAtomic(settings.operatorKeyFile, `${randomBytes(32).toString('hex')}\n`, 0o600);
  }
  // made here, not by the services: eight processes would race for the first instant
  if (settings.clockStart !== null && !existsSync(settings.clockFile)) {
    writeClockState(settings.clockFile, {
      base_hub_ms: settings.clockStart,
      base_system_ms: systemNowMs(),
      windows_until_ms: null,
    });
  }
}
