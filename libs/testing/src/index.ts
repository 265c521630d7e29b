export * from './feeder.js';
export * from './hub.js';
export * from './until.js';
