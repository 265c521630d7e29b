import type { Migration } from '@mdmr/postgres';
import { readModels } from './1-read-models.migration.js';
import { channelDays } from './2-channel-days.migration.js';
import { requests } from './3-requests.migration.js';
import { deliveries } from './4-deliveries.migration.js';

export const migrations: readonly Migration[] = [readModels, channelDays, requests, deliveries];
