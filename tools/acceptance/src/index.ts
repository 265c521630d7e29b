export * from './hub-driver.js';
export * from './lines.js';
