import { describe, expect, it } from '@jest/globals';
import { corrected } from './day-files.js';
import { readOptions } from './options.js';
import { parseBusySeconds, parseKilobytes, parseStat } from './proc.js';
import { grouped, median, percentile, table } from './table.js';

describe('/proc', () => {
  it('stat: fields count from the last bracket of the name', () => {
    const rest = '28 28 0 -1 4194560 1 2 3 4 1250 350 20 30 20 0 11 0 98765 1 2';
    const stat = parseStat(`4711 (a (odd) name) S 17 ${rest}`);
    expect(stat).toEqual({ pid: 4711, parent: 17, cpuS: 16, reapedS: 0.5, startTicks: 98765 });
  });

  it('status: kilobytes by name', () => {
    const text = 'Name:\tnode\nVmPeak:\t  99 kB\nVmHWM:\t  1024 kB\nVmRSS:\t 512 kB\n';
    expect(parseKilobytes(text, 'VmHWM')).toBe(1024 * 1024);
    expect(parseKilobytes(text, 'Pss')).toBeNull();
  });

  it('stat of the machine: busy is all but idle, waiting, stolen and guests', () => {
    const text = 'cpu  100 10 50 9000 700 5 35 400 60 70\ncpu0 1 2 3\n';
    expect(parseBusySeconds(text)).toBe(2);
  });
});

describe('tables', () => {
  it('align names to the left and numbers to the right', () => {
    const rows = [
      ['gateway', 1234567, null],
      ['vee', 0.5, 12.345],
    ] as const;
    expect(table(['process', 'a', 'b'], rows).split('\n')).toEqual([
      'process          a     b',
      'gateway  1,234,567     -',
      'vee           0.50  12.3',
    ]);
  });

  it('show digits that matter', () => {
    const shown = [0, 7, 1000, 0.123, 12.34, 1234.5, -1234567, 0.00321].map(grouped);
    expect(shown).toEqual(['0', '7', '1,000', '0.12', '12.3', '1,235', '-1,234,567', '0.0032']);
  });

  it('take the middle and the share', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([percentile(hundred, 0.5), percentile(hundred, 0.95)]).toEqual([50, 95]);
    expect(percentile([7], 0.95)).toBe(7);
  });
});

describe('options', () => {
  const help = {
    command: 'bench:x',
    about: 'Measures.',
    numbers: { sdps: { about: 'points', otherwise: 5 } },
  };

  it('have defaults, and are whole numbers', () => {
    expect(readOptions(help, []).options).toEqual({ sdps: 5, json: false });
    expect(readOptions(help, ['--sdps', '9', '--json']).options).toEqual({ sdps: 9, json: true });
    for (const bad of ['0', '-1', '1.5', 'x']) {
      expect(readOptions(help, [`--sdps=${bad}`])).toMatchObject({ code: 2 });
    }
    expect(readOptions(help, ['--other'])).toMatchObject({ code: 2 });
  });

  it('tell of themselves', () => {
    const { say, code } = readOptions(help, ['--help']) as { say: string; code: number };
    expect(code).toBe(0);
    expect(say).toContain('--sdps <n>');
  });
});

describe('a correction', () => {
  const line = (values: string[]) => {
    const fixed = 'MEPMD01,19970819,HE,,MDMR,D,202605020200,M,OK,E,KWH,1,00000100';
    const triples = values.map((value, i) => `20260501${i}00,R,${value}`);
    return `${fixed},${values.length},${triples.join(',')}`;
  };

  it('moves a tenth of the largest value to its neighbour', () => {
    const fields = corrected(line(['0.100', '1.000', '0.300']).split(','));
    expect(fields.join(',')).toBe(line(['0.100', '0.900', '0.400']).replace(',OK,', ',RESEND,'));
  });

  it('wraps around at the end of the line', () => {
    const fields = corrected(line(['0.001', '0.005']).split(','));
    expect([fields[16], fields[19]]).toEqual(['0.002', '0.004']);
  });
});
