export * from './catalogue.js';
export * from './codec.js';
export { schemaVersions } from './generated/schemas.js';
export type { EventValues } from './generated/types.js';
