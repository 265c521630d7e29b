/** Tables and headings of the page, in plain text. */

export type Cell = string | number;

/** Numbers to the right, words to the left; columns two blanks apart. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  if (rows.length === 0) return ['  none'];
  const text = [heads, ...rows].map((row) => row.map((cell) => shown(cell)));
  const widths = heads.map((_, i) => Math.max(...text.map((row) => row[i]!.length)));
  const isNumber = heads.map((_, i) => rows.every((row) => isNumeric(row[i]!)));
  return text.map((row) => {
    const cells = row.map((cell, i) =>
      isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}

function isNumeric(cell: Cell): boolean {
  return typeof cell === 'number' || /^-?[\d,.]*$/.test(cell);
}

function shown(cell: Cell): string {
  return typeof cell === 'number' ? grouped(String(cell)) : cell;
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Wh as kWh with three decimals. */
export function kwh(wh: number): string {
  const size = Math.abs(wh);
  const whole = grouped(String(Math.floor(size / 1000)));
  return `${wh < 0 ? '-' : ''}${whole}.${String(size % 1000).padStart(3, '0')}`;
}

/** kWh with up to three decimals as Wh; an empty field is 0. */
export function wattHours(text: string): number {
  return text === '' ? 0 : Math.round(Number(text) * 1000);
}

export function heading(number: number, text: string): string[] {
  return ['', `${number}  ${text.toUpperCase()}`, ''];
}
