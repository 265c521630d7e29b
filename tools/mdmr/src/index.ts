export { runCommand, buildProgram, type Host } from './program.js';
export { simulate, type SimulateOptions } from './simulate/simulate.js';
export { finish } from './simulate/finish.js';
