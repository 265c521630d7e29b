/**
 * Advisory locks. Whoever attributes values of an LDC, a segment's step or a change of the
 * directory, holds that LDC alone; whoever changes blocks that are stored also holds REATTRIBUTION.
 */
export const DIRECTORY_LOCK = 'reads directory';
export const REATTRIBUTION_LOCK = 'reads reattribution';
