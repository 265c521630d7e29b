/** The driver of a hub that was started for a test. */
import { HubDriver } from '@mdmr/acceptance';
import type { DemoDriver } from './driver.js';

/** A first final run has a month to estimate, and two cores may be busy with other things. */
const IDLE_SECONDS = 300;

export function driverOf(hub: HubDriver): DemoDriver {
  return {
    mdmr: (...args) => hub.mdmr(...args),
    drop: (org, name, content) => hub.drop(org, name, content),
    idle: () => hub.idle(IDLE_SECONDS),
    outbox: (org) => hub.outbox(org),
    read: async (org, name) => (await hub.lines(org, name)).map((line) => `${line}\n`).join(''),
  };
}
