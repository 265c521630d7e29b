/**
 * Advisory locks. A segment's step holds its LDCs' directory shared, whoever changes attribution
 * because of a directory holds it exclusive; whoever changes blocks that are stored also holds
 * REATTRIBUTION.
 */
export const DIRECTORY_LOCK = 'reads directory';
export const REATTRIBUTION_LOCK = 'reads reattribution';
