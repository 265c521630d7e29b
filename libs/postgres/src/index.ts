export * from './bulk.js';
export * from './database.js';
export * from './locks.js';
export * from './migrations.js';
export * from './partitions.js';
