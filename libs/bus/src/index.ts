export * from './bus.js';
export { Names } from './names.js';
export { ensureTopics, kafkaClient } from './kafka.js';
export { project } from './deciding.js';
export { busMigrations } from './tables.js';
export * from './strategy.js';
export type { TableComparison } from './rebuild.js';
export * from './types.js';
export type { QuarantinedMessage, QuarantinePlace } from './quarantine.js';
