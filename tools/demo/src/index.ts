export { CLOCK_START } from './dates.js';
export type { DemoDriver, Progress } from './driver.js';
export type { Whereabouts } from './page.js';
export { runDemo, type DemoResult } from './run-demo.js';
