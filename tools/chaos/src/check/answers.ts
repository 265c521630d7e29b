/** What lies in the outboxes: each answer once, none missing. */
import { csvFields } from './csv.js';
import { finding, type Finding } from './finding.js';

/** A file in an outbox. */
export interface Delivered {
  readonly org: string;
  readonly name: string;
  readonly text: string;
}

/** An answer that must have come `times` times. */
export interface ExpectedAnswer {
  readonly org: string;
  /** Report or response. */
  readonly kind: string;
  /** Of a report its run_id, of a response the file_id that is answered. */
  readonly about: string;
  readonly times: number;
}

/** Fields of the first record of a delivered file. */
interface Header {
  readonly kind: string;
  readonly ldc: string;
  readonly fileId: string;
  readonly about: string;
  readonly isWhole: boolean;
}

/** Report: …, recipient, run_id, …; response: …, request_file_id, …. */
export function headerOf(text: string): Header {
  const lines = text.split('\n');
  const fields = csvFields(lines[0] ?? '');
  const isResponse = fields[1]?.endsWith('-RSP') ?? false;
  return {
    kind: fields[1] ?? '',
    ldc: fields[4] ?? '',
    fileId: fields[5] ?? '',
    about: fields[isResponse ? 7 : 8] ?? '',
    isWhole: lines.at(-1) === '' && (lines.at(-2)?.startsWith('TRL,') ?? false),
  };
}

/** Answers of kinds that `expected` does not name are not counted, but must be there once. */
export function checkAnswers(
  delivered: readonly Delivered[],
  expected: readonly ExpectedAnswer[],
): Finding[] {
  const findings: Finding[] = [];
  const ids = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { org, name, text } of delivered) {
    const header = headerOf(text);
    const where = `${org}/outbox/${name}`;
    if (!header.isWhole) findings.push(finding('LOST', where, 'is cut off'));
    const id = `${org} ${header.fileId}`;
    const other = ids.get(id);
    if (other !== undefined) findings.push(finding('DOUBLED', where, `has the id of ${other}`));
    ids.set(id, name);
    const key = `${org} ${header.kind} ${header.about}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const { org, kind, about, times } of expected) {
    const key = `${org} ${kind} ${about}`;
    const count = counts.get(key) ?? 0;
    counts.delete(key);
    if (count < times) {
      findings.push(finding('NOT_ANSWERED', key, `${count} of ${times} answers`));
    } else if (count > times) {
      findings.push(finding('DOUBLED', key, `${count} answers in place of ${times}`));
    }
  }
  const kinds = new Set(expected.map(({ kind }) => kind));
  for (const [key, count] of counts) {
    if (!kinds.has(key.split(' ')[1]!)) continue;
    findings.push(finding('DOUBLED', key, `${count} answers to nothing`));
  }
  return findings;
}
