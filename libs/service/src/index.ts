export * from './boot.js';
export * from './file-store.js';
export * from './log.js';
export * from './outbound.js';
export * from './problem.js';
export * from './settings.js';
export * from './spec.js';
