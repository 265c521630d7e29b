/**
 * A population and its files, without a hub. USDP IDs are the hub's to give, so what needs them
 * (synchronization, billing requests) is made by finish.ts from the hub's response.
 */
import { join } from 'node:path';
import { HOUR_MS, formatEstDay, parseEstDay, startOfDay, type EstDay } from '@mdmr/kernel';
import { USDP_REQ, inboundName, kindFileLines } from '@mdmr/formats';
import { makePopulation, type Population } from './population.js';
import { readLines, startRegisters } from './reads.js';
import { writeLines } from './write.js';

export interface SimulateOptions {
  ldcs: number;
  sdps: number;
  days: number;
  /** YYYY-MM-DD, the first data day */
  from: string;
  seed: number;
  out: string;
  /** of 1000 meter days, how many lack some intervals; default 5 */
  missingPermille?: number;
}

export interface SimulatedLdc {
  ldc: string;
  sdps: number;
  /** relative to the output folder, in the order in which they are sent */
  files: string[];
}

/** Writes one folder per LDC and day; the same options write the same bytes. */
export function simulate(options: SimulateOptions): SimulatedLdc[] {
  const width = Math.max(2, String(options.ldcs).length);
  return Array.from({ length: options.ldcs }, (_, i) => {
    const ldc = `LDC${String(i + 1).padStart(width, '0')}`;
    return simulateLdc(options, ldc);
  });
}

function simulateLdc(options: SimulateOptions, ldc: string): SimulatedLdc {
  const { seed, sdps, from, days, out, missingPermille = 5 } = options;
  const population = makePopulation({ seed, ldc, sdps, from, days });
  const first = parseEstDay(from)!;
  const files: string[] = [];
  const write = (path: string, lines: Iterable<string>) => {
    writeLines(join(out, path), lines);
    files.push(path);
  };
  write(join(ldc, 'population.json'), [JSON.stringify(population, null, 1)]);
  write(join(ldc, 'commands.sh'), registrationCommands(population));
  const request = `${ldc}-U-1`;
  write(dayPath(ldc, first - 1, inboundName(ldc, 'USDP-REQ', request)), usdpRequest(population));
  const registers = startRegisters(population);
  for (let day = first; day < first + days; day += 1) {
    const name = inboundName(population.ami_operator, 'CMEP', `${ldc}-${formatEstDay(day)}`);
    const lines = readLines({ population, day, missingPermille, registers });
    write(dayPath(ldc, day, name), lines);
  }
  return { ldc, sdps, files };
}

/** Folder of a day: what is of that day, or sent on it. */
export function dayPath(ldc: string, day: EstDay, name: string): string {
  return join(ldc, formatEstDay(day), name);
}

/** Lines of the request for the IDs of all service points. */
export function usdpRequest(population: Population): Iterable<string> {
  const { ldc, from, points } = population;
  const header = {
    sender: ldc,
    onBehalfOf: ldc,
    fileId: `${ldc}-U-1`,
    createdAt: startOfDay(parseEstDay(from)! - 1) + 9 * HOUR_MS,
  };
  const records = points.map(({ sdp_id, service_address }) => {
    return { type: 'SDP', values: { sdp_id, service_address } };
  });
  return kindFileLines(USDP_REQ, header, records);
}

/** What an operator does before the first file; a shell script to read or to run. */
function registrationCommands(population: Population): string[] {
  const { ldc, ami_operator: ami, billing_agent: agent, amcc, from } = population;
  return [
    '#!/bin/sh -e',
    '# registers the organizations of this folder; run from the root of the hub',
    `npx mdmr org add ${ldc} --name 'Utility ${ldc}' --role LDC`,
    `npx mdmr org add ${ami} --name 'Simulated AMI operator' --role AMI_OPERATOR`,
    `npx mdmr org add ${agent} --name 'Simulated billing agent' --role BILLING_AGENT`,
    `npx mdmr org delegate ${ldc} ${ami} --function READS --from ${from}`,
    `npx mdmr org delegate ${ldc} ${agent} --function BILLING --from ${from}`,
    `npx mdmr amcc add ${amcc} --org ${ami} --ldc ${ldc} --format CMEP`,
  ];
}
