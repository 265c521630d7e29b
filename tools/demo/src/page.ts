/** The page at the end: every number in it is the suite's own answer. */
import { gatherAnswers, type Answers } from './answers.js';
import { BILLCO, BIRCH, MAPLE, NORTHAMI, OPERATOR } from './cast.js';
import type { DemoDriver } from './driver.js';
import { billedSection, changedSection } from './page-bills.js';
import { inSection, outSection } from './page-files.js';
import { estimatedSection, heldSection, refusedSection } from './page-reads.js';
import { traceSection } from './page-trace.js';
import { heading } from './page-text.js';

/** Where a person finds things; the driver of a test has no ports to tell. */
export interface Whereabouts {
  readonly dataDir: string;
  readonly exchangeDir: string;
  readonly portBase: number;
}

export interface PageOptions {
  /** service points to look at more closely: USDP IDs */
  readonly traced: { readonly bqId: string };
  readonly estimatedDays: readonly (readonly [usdpId: string, day: string])[];
  readonly where: Whereabouts | null;
}

const ORGS = [MAPLE, BIRCH, NORTHAMI, BILLCO, OPERATOR];

export async function makePage(driver: DemoDriver, options: PageOptions): Promise<string> {
  const answers = await gatherAnswers(driver, ORGS);
  const lines = [
    ...opening(answers),
    ...heading(1, 'What went in'),
    ...inSection(answers),
    ...heading(2, 'What came out'),
    ...outSection(answers, ORGS),
    ...heading(3, 'What was billed'),
    ...billedSection(answers),
    ...heading(4, 'What was held, and where it went'),
    ...heldSection(answers),
    ...heading(5, 'What was estimated'),
    ...(await estimatedSection(answers, driver, options.estimatedDays)),
    ...heading(6, 'What was refused, and why'),
    ...refusedSection(answers),
    ...heading(7, 'What changed after it was billed'),
    ...changedSection(answers),
    ...heading(8, 'One kilowatt-hour, back to its line'),
    ...(await traceSection(driver, options.traced.bqId)),
    ...heading(9, 'Where everything lies'),
    ...whereSection(options),
  ];
  return `${lines.join('\n')}\n`;
}

function opening({ status }: Answers): string[] {
  return [
    'TWO MONTHS OF A UTILITY',
    '',
    'Maple Hydro and Birch Power, 59 homes and an office between them, have their meters read by',
    "North AMI; Billing Company bills for Maple. October's reads were there when the hub began on",
    '30 October 2026; since then they came every morning. Daylight saving time and the price period',
    'ended on 1 November. What the homes used is real: see tools/demo/README.md.',
    `The hub's clock stands at ${status.clock}. Every number below is the hub's own answer.`,
  ];
}

function whereSection({ where, traced }: PageOptions): string[] {
  const usdpId = traced.bqId.split('-')[0]!;
  const commands = [
    'npx mdmr status',
    'npx mdmr files list --org NORTHAMI',
    'npx mdmr files show NORTHAMI/NORTHAMI_CMEP_NA1-2026-11-04.cmep',
    'npx mdmr reports list --org MAPLE',
    'npx mdmr reports get BR03 --org BILLCO',
    'npx mdmr sync show MAPLE MP-S-2',
    `npx mdmr trace bq ${traced.bqId}`,
    `npx mdmr trace interval ${usdpId} 2026-11-17`,
    'npx mdmr rebuild vee --check',
    'npx mdmr clock advance P1D',
  ];
  return [...(where === null ? [] : folders(where)), '  Try', ...commands.map((c) => `    ${c}`)];
}

function folders({ dataDir, exchangeDir, portBase }: Whereabouts): string[] {
  return [
    `  data        ${dataDir} (this page: demo.txt; logs, files and databases)`,
    `  exchange    ${exchangeDir}/<ORG>/inbox, archive, outbox`,
    `  services    http://127.0.0.1:${portBase} to ${portBase + 7}, with the key of keys/operator.key`,
  ];
}
