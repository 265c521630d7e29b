import {
  formatCsvRecord,
  formatField,
  reportColumnType,
  reportLines,
  type ReportFile,
  type ReportRow,
} from '@mdmr/formats';

/** Everything of a report but its rows. */
export type ReportHead = Omit<ReportFile, 'rows'>;
/** Rows in the order of the file. */
export type RowSource = Iterable<ReportRow> | AsyncIterable<ReportRow>;

const FLUSH_CHARACTERS = 65_536;

/** Counts the rows of a report while its bytes go by. */
export interface RowCounter {
  rows: number;
}

/** Canonical bytes of a report whose rows are read while it is written. */
export async function* reportBytes(
  head: ReportHead,
  rows: RowSource,
  counter: RowCounter = { rows: 0 },
): AsyncGenerator<Buffer> {
  const [header, columns] = reportLines({ ...head, rows: [] });
  const types = head.columns.map(reportColumnType);
  let text = `${header}\n${columns}\n`;
  for await (const row of rows) {
    const fields = types.map((type, i) => formatField(type, row[i]));
    text += `${formatCsvRecord(['ROW', ...fields])}\n`;
    counter.rows += 1;
    if (text.length < FLUSH_CHARACTERS) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(`${text}TRL,${counter.rows + 1}\n`);
}

/** As `reportBytes`, whole, for a report that is known to be small. */
export async function reportText(head: ReportHead, rows: RowSource): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of reportBytes(head, rows)) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
