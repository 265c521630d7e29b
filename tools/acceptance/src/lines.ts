/** Small makers of exchange files for scenarios: what an analyst would type. */

/** `HDR…`, the records, `TRL` with their count. */
export function csvFile(header: string, records: readonly string[]): string {
  return [header, ...records, `TRL,${records.length}`, ''].join('\n');
}

/** Kinds of the six parts of a set, in their order. */
export const PART_KINDS = [
  'SYNC-SDP',
  'SYNC-METER',
  'SYNC-INSTALL',
  'SYNC-ACCOUNT',
  'SYNC-ORG',
  'SYNC-SERVICE',
] as const;

export interface SetText {
  readonly org: string;
  readonly ldc: string;
  readonly setId: string;
  readonly mode: 'PSYNC' | 'ISYNC';
  readonly sequence: number;
  readonly createdAt: string;
  /** Records by part number, 1 to 6; a part without records is sent empty. */
  readonly parts: Readonly<Record<number, readonly string[]>>;
}

/** Names and contents of the six files of a set; file_ids are `<set>.<part>`. */
export function setFiles(set: SetText): { name: string; content: string }[] {
  return PART_KINDS.map((kind, i) => {
    const part = i + 1;
    const id = `${set.setId}.${part}`;
    const header =
      `HDR,${kind},1,${set.org},${set.ldc},${id},${set.createdAt},` +
      `${set.mode},${set.setId},${set.sequence},${part},6`;
    return {
      name: `${set.org}_${kind}_${id}.csv`,
      content: csvFile(header, set.parts[part] ?? []),
    };
  });
}

export interface CmepDay {
  readonly amcc: string;
  readonly meter: string;
  /** `CCYYMMDD` of the EST day. */
  readonly day: string;
  readonly unit?: string;
  /** Values by hour of the day, 1 to 24; undefined = not sent. */
  readonly hours: readonly (string | undefined)[];
}

/** Runs of present hours of a day as MEPMD01 lines, each with explicit stamps. */
export function cmepLines(day: CmepDay): string[] {
  const triples = day.hours.flatMap((value, i) => {
    if (value === undefined) return [];
    const hour = String(i + 1).padStart(2, '0');
    return [`${day.day}${hour}00,R,${value}`];
  });
  if (triples.length === 0) return [];
  return [
    `MEPMD01,19970819,${day.amcc},,MDMR,,${day.day}2359,${day.meter},OK,E,${day.unit ?? 'KWH'},` +
      `1,00000100,${triples.length},${triples.join(',')}`,
  ];
}

/** A register read at an instant `CCYYMMDDHHMM`. */
export function cmepRegister(amcc: string, meter: string, at: string, value: string): string {
  return `MEPMD01,19970819,${amcc},,MDMR,,${at},${meter},OK,E,KWHREG,1,00000000,1,${at},R,${value}`;
}

export interface CmepText {
  readonly amcc: string;
  /** Field 8: the meter, or its AMCD id. */
  readonly meter: string;
  /** Field 6: the other of the two ids. */
  readonly other?: string;
  readonly purpose?: string;
  readonly unit?: string;
  readonly constant?: string;
  readonly minutes?: number;
  /** Field 14, where it is not the number of triples. */
  readonly count?: string;
  /** End stamp `CCYYMMDDHHMM` or empty, flag, value. */
  readonly triples: readonly (readonly [string, string, string])[];
}

/** One MEPMD01 line, every field as said. */
export function cmepText(text: CmepText): string {
  const { amcc, meter, other = '', purpose = 'OK', unit = 'KWH', constant = '1', triples } = text;
  const length = intervalText(text.minutes ?? 60);
  const fields = ['MEPMD01', '19970819', amcc, '', 'MDMR', other, '202601010000', meter, purpose];
  const count = text.count ?? String(triples.length);
  return [...fields, 'E', unit, constant, length, count, ...triples.flat()].join(',');
}

/** Field 13 `MMDDHHMM` of an interval length in minutes. */
function intervalText(minutes: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `0000${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}

/** Triples of a day `CCYYMMDD` with explicit end stamps, from a minute of the day on. */
export function dayTriples(
  day: string,
  values: readonly (string | undefined)[],
  options: { flag?: string; minutes?: number } = {},
): (readonly [string, string, string])[] {
  const { flag = 'R', minutes = 60 } = options;
  return values.flatMap((value, i) => {
    if (value === undefined) return [];
    const end = (i + 1) * minutes;
    const two = (n: number) => String(n).padStart(2, '0');
    return [[`${day}${two(Math.floor(end / 60))}${two(end % 60)}`, flag, value] as const];
  });
}

/** A value a day `hours` long, 24 unless said. */
export function flat(value: string, hours = 24): string[] {
  return Array.from({ length: hours }, () => value);
}
