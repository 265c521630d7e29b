/** Columns for people. */

/** Aligns rows under their heads; an empty list is said in words. */
export function table(heads: string[], rows: unknown[][], none = 'none'): string {
  if (rows.length === 0) return none;
  const lines = [heads, ...rows.map((row) => row.map(cell))];
  const widths = heads.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(cell).join('+');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** `name: value` lines of a flat object; nested values as JSON, lists one item a line. */
export function properties(object: object): string {
  return Object.entries(object)
    .map(([name, value]) => {
      if (Array.isArray(value) && value.some((item) => typeof item === 'object')) {
        return [`${name}:`, ...value.map((item) => `  ${JSON.stringify(item)}`)].join('\n');
      }
      return `${name}: ${cell(value)}`;
    })
    .join('\n');
}

/** A tree of any JSON, indented, for traces. */
export function tree(value: unknown, indent = ''): string {
  if (Array.isArray(value)) {
    return value.map((item) => `${indent}- ${tree(item, `${indent}  `).trimStart()}`).join('\n');
  }
  if (value === null || typeof value !== 'object') return `${indent}${cell(value)}`;
  return Object.entries(value)
    .map(([name, item]) => {
      if (item === null || typeof item !== 'object') return `${indent}${name}: ${cell(item)}`;
      return `${indent}${name}:\n${tree(item, `${indent}  `)}`;
    })
    .join('\n');
}
