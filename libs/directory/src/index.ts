export * from './directory.js';
export { directoryProjection } from './directory.projection.js';
export * from './participants.js';
export { participantsProjection } from './participants.projection.js';
export { directoryTablesSql } from './tables.js';
export * from './timelines.js';
