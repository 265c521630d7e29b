/** The gateway's account of each file against what was dropped. */
import type { ExpectedCounts } from './expected.js';
import { finding, type Finding } from './finding.js';

/** A file as `mdmr files list` tells it. */
export interface CustodyFile {
  readonly id: string;
  readonly org: string;
  readonly name: string;
  readonly state: string;
  readonly reason: string | null;
  readonly in: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly held: number;
  readonly rejected: number;
  readonly pending: number;
}

/** A file as dropped, each under a name of its own. */
export interface Dropped {
  readonly org: string;
  readonly name: string;
  /** States it may end in. */
  readonly states: readonly string[];
  /** Why it must be refused. */
  readonly reason?: string;
  /** Records of a CSV file; a meter file's counts are computed from its lines. */
  readonly records?: number;
}

const COUNTS = ['in', 'applied', 'held', 'rejected'] as const;

/** @param counts of the meter files, by name */
export function checkCustody(
  files: readonly CustodyFile[],
  dropped: readonly Dropped[],
  counts: ReadonlyMap<string, ExpectedCounts>,
): Finding[] {
  const findings: Finding[] = [];
  const known = new Set(dropped.map(({ org, name }) => `${org}/${name}`));
  for (const file of files) {
    const where = `${file.org}/${file.name}`;
    if (!known.has(where)) findings.push(finding('DOUBLED', where, 'nobody sent it'));
    const sum = file.applied + file.held + file.rejected + file.pending;
    if (sum !== file.in || file.unchanged + file.superseded > file.applied) {
      findings.push(finding('WRONG_COUNT', where, `does not add up: ${JSON.stringify(file)}`));
    }
  }
  for (const one of dropped) {
    const where = `${one.org}/${one.name}`;
    const found = files.filter((file) => file.org === one.org && file.name === one.name);
    if (found.length === 0) findings.push(finding('LOST', where, 'is in no custody'));
    if (found.length > 1) {
      findings.push(finding('DOUBLED', where, `is in custody ${found.length} times`));
    }
    for (const file of found) findings.push(...checkFile(file, one, counts.get(one.name)));
  }
  return findings;
}

function checkFile(
  file: CustodyFile,
  dropped: Dropped,
  counts: ExpectedCounts | undefined,
): Finding[] {
  const findings: Finding[] = [];
  const where = `${file.org}/${file.name}`;
  if (!dropped.states.includes(file.state)) {
    const detail = `is ${file.state}, must be ${dropped.states.join(' or ')}`;
    findings.push(finding('WRONG_STATE', where, detail));
  }
  if ((dropped.reason ?? null) !== file.reason) {
    findings.push(finding('WRONG_STATE', where, `reason ${file.reason}, not ${dropped.reason}`));
  }
  if (counts !== undefined && dropped.states.includes('DECIDED')) {
    for (const name of COUNTS) {
      if (file[name] === counts[name]) continue;
      const code = name === 'in' && file.in < counts.in ? 'LOST' : 'WRONG_COUNT';
      findings.push(finding(code, where, `${name} ${file[name]}, sent ${counts[name]}`));
    }
  }
  const isTaken = file.state === 'DECIDED' || file.state === 'OPEN';
  if (isTaken && dropped.records !== undefined && file.in !== dropped.records) {
    findings.push(finding('LOST', where, `${file.in} of ${dropped.records} records`));
  }
  if (file.state === 'DECIDED' && dropped.records !== undefined && file.rejected > 0) {
    findings.push(finding('WRONG_COUNT', where, `${file.rejected} sound records rejected`));
  }
  return findings;
}
