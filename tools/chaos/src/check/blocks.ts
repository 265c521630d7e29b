/** Values under their meter: each value of each line once on the topic of received meter days. */
import { cmepLines } from './cmep.js';
import { finding, type Finding } from './finding.js';
import type { SeenEvent } from './lanes.js';

/** A meter file in custody. */
export interface TakenReads {
  readonly custodyId: string;
  readonly name: string;
  readonly text: string;
}

export function checkBlocks(files: readonly TakenReads[], events: readonly SeenEvent[]): Finding[] {
  const findings: Finding[] = [];
  const blocks = blocksOf(events);
  for (const { custodyId, name, text } of files) {
    for (const { line, count, rejected } of cmepLines(text)) {
      const want = rejected === null ? count : 0;
      const { keys, values } = blocks.get(`${custodyId} ${line}`) ?? { keys: [], values: 0 };
      const where = `${name} line ${line}`;
      const twice = keys.filter((key, i) => keys.indexOf(key) !== i);
      if (twice.length > 0) {
        findings.push(finding('DOUBLED', where, `received twice: ${twice.join(', ')}`));
      } else if (values !== want) {
        const code = values < want ? 'LOST' : 'WRONG_COUNT';
        findings.push(finding(code, where, `${values} values received of ${want}`));
      }
    }
  }
  return findings;
}

interface LineBlocks {
  readonly keys: string[];
  values: number;
}

function blocksOf(events: readonly SeenEvent[]): Map<string, LineBlocks> {
  const lines = new Map<string, LineBlocks>();
  for (const { type, value } of events) {
    if (type !== 'reads.MeterDayReceived') continue;
    const id = `${value['custody_id']} ${value['line']}`;
    const line = lines.get(id) ?? { keys: [], values: 0 };
    lines.set(id, line);
    line.keys.push(`${value['channel']}/${value['est_day']}/${value['interval_minutes']}`);
    const present = [...(value['flags'] as string)].filter((flag) => flag !== '.').length;
    const others =
      (value['registers'] as unknown[]).length + (value['repeats'] as unknown[]).length;
    line.values += present + others;
  }
  return lines;
}
