/** Files with troubles made on purpose, each trouble apart, so that any two can be joined. */

/** A USDP-REQ in the making. */
export interface Draft {
  hasHeader: boolean;
  kind: string;
  version: string;
  sender: string;
  behalf: string;
  fileId: string;
  createdAt: string;
  records: string[];
  /** Count said by the trailer less the true one; null = no trailer. */
  miscount: number | null;
}

export interface Defect {
  readonly reason: string;
  /** What of the draft it spoils; two defects of one place cannot be joined. */
  readonly place: string;
  spoil(draft: Draft): void;
  /** Line of the trouble in a file with this defect alone; undefined = the contract leaves it. */
  line?(draft: Draft): number;
  readonly detail?: string;
}

const lastRecord = (draft: Draft) => draft.records.length + 1;

/** In the order of files.md 5: the first that holds is told. */
export const DEFECTS: readonly Defect[] = [
  {
    reason: 'FILE_TOO_LARGE',
    place: 'long line',
    spoil: (d) => void d.records.push(`SDP,LONG-1,${'x'.repeat(3_100)}`),
    line: lastRecord,
    detail: 'MDMR_MAX_LINE_BYTES',
  },
  {
    reason: 'BAD_ENCODING',
    place: 'control character',
    spoil: (d) => void d.records.push('SDP,BELL-1,ring\u0007'),
    line: lastRecord,
  },
  {
    reason: 'HEADER_MISSING',
    place: 'header',
    spoil: (d) => void (d.hasHeader = false),
    line: () => 1,
  },
  {
    reason: 'NOT_CSV',
    place: 'quotes',
    spoil: (d) => void d.records.push('SDP,QUOTE-1,"12" Elm St'),
    line: lastRecord,
  },
  {
    reason: 'UNKNOWN_KIND',
    place: 'kind',
    spoil: (d) => void (d.kind = 'USDP-REK'),
    line: () => 1,
  },
  {
    reason: 'UNKNOWN_VERSION',
    place: 'version',
    spoil: (d) => void (d.version = '2'),
    line: () => 1,
  },
  {
    reason: 'UNKNOWN_SENDER',
    place: 'sender',
    spoil: (d) => void (d.sender = 'NOBODY'),
    line: () => 1,
  },
  {
    reason: 'SENDER_MISMATCH',
    place: 'sender',
    spoil: (d) => void (d.sender = 'MAPLE'),
    line: () => 1,
  },
  {
    reason: 'UNKNOWN_LDC',
    place: 'behalf',
    spoil: (d) => void (d.behalf = 'NOWHERE'),
    line: () => 1,
  },
  {
    reason: 'NOT_AUTHORIZED',
    place: 'behalf',
    spoil: (d) => void (d.behalf = 'OAK'),
    line: () => 1,
  },
  {
    reason: 'BAD_HEADER',
    place: 'created_at',
    spoil: (d) => void (d.createdAt = 'yesterday'),
    line: () => 1,
  },
  {
    reason: 'TRAILER_MISSING',
    place: 'trailer',
    spoil: (d) => void (d.miscount = null),
  },
  {
    reason: 'COUNT_MISMATCH',
    place: 'trailer',
    spoil: (d) => void (d.miscount = 4),
    line: (d) => d.records.length + 2,
    detail: 'TRL 5 records 1',
  },
  {
    reason: 'DUPLICATE_FILE_ID',
    place: 'file_id',
    spoil: (d) => void (d.fileId = 'BC-U-1'),
    line: () => 1,
  },
];

/** A file that nothing is wrong with, BILLCO's for MAPLE. */
export function draftOf(fileId: string): Draft {
  return {
    hasHeader: true,
    kind: 'USDP-REQ',
    version: '1',
    sender: 'BILLCO',
    behalf: 'MAPLE',
    fileId,
    createdAt: '2026-07-02T09:00:00-05:00',
    records: [`SDP,${fileId}-SDP,`],
    miscount: 0,
  };
}

export function textOf(draft: Draft): string {
  const { kind, version, sender, behalf, fileId, createdAt, records, miscount } = draft;
  const header = `HDR,${kind},${version},${sender},${behalf},${fileId},${createdAt}`;
  const trailer = miscount === null ? [] : [`TRL,${records.length + miscount}`];
  return [...(draft.hasHeader ? [header] : []), ...records, ...trailer, ''].join('\n');
}

export interface Spoilt {
  readonly name: string;
  readonly content: string;
  readonly draft: Draft;
  /** The defect that is told. */
  readonly told: Defect;
  readonly isSingle: boolean;
}

/** Every defect alone, and every two that can be joined. */
export function spoiltFiles(): Spoilt[] {
  const files: Spoilt[] = [];
  const add = (defects: readonly Defect[]) => {
    const fileId = `BC-X-${String(files.length).padStart(3, '0')}`;
    const draft = draftOf(fileId);
    // a defect that adds a record comes first, so that counts are of the whole
    for (const defect of defects) defect.spoil(draft);
    const name = `${fileId} ${defects.map(({ reason }) => reason).join(' and ')}.csv`;
    const isSingle = defects.length === 1;
    files.push({ name, content: textOf(draft), draft, told: defects[0]!, isSingle });
  };
  DEFECTS.forEach((defect, i) => {
    add([defect]);
    for (const later of DEFECTS.slice(i + 1))
      if (later.place !== defect.place) add([defect, later]);
  });
  return files;
}
