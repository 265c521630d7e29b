/** Columns for people: the first to the left, numbers to the right. */

export type Cell = string | number | null;

/** Rows under their heads; null is shown as a dash. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [heads, ...rows.map((row) => row.map(text))];
  const widths = heads.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  const align = (cell: string, i: number) =>
    i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!);
  return lines.map((line) => line.map(align).join('  ').trimEnd()).join('\n');
}

function text(cell: Cell): string {
  if (cell === null) return '-';
  return typeof cell === 'number' ? grouped(cell) : cell;
}

/** A number with the digits that matter, thousands set apart. */
export function grouped(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.1) return String(Number(value.toPrecision(2)));
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const [whole, rest] = value.toFixed(Number.isInteger(value) ? 0 : digits).split('.');
  const spaced = whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  return rest === undefined ? spaced : `${spaced}.${rest}`;
}

/** For JSON: as many decimals as say something. */
export function rounded(value: number, decimals = 3): number {
  return Number(value.toFixed(decimals));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest value that `share` of all values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}
