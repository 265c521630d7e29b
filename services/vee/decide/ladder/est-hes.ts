/**
 * EST-HES, the head-end's own estimate.
 * Gives the value received with flag E, at once; state EST, never part of a reference day. It is validated like
 * any value; one that fails is estimated by the methods after this.
 */
import type { ReceivedMethod } from './method.js';

export const headEndEstimate: ReceivedMethod = {
  kind: 'received',
  code: 'EST-HES',
  thresholds: {},
};
