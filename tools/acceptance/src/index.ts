export * from './hub-driver.js';
export * from './lines.js';
export * from './scenario.js';
export * from './sync-cast.js';
