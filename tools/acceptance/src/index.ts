export * from './hub-driver.js';
