/** Rows to be taken highest part, then line, first. */
import type { Row } from './draft.js';
import { comparePlace } from './record.js';

export class RowHeap {
  readonly #rows: Row[] = [];

  push(row: Row): void {
    const rows = this.#rows;
    let i = rows.length;
    rows.push(row);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (comparePlace(rows[parent]!, row) >= 0) break;
      rows[i] = rows[parent]!;
      i = parent;
    }
    rows[i] = row;
  }

  pop(): Row | null {
    const rows = this.#rows;
    const top = rows[0];
    const last = rows.pop();
    if (top === undefined || last === undefined) return null;
    if (rows.length > 0) this.#sink(last);
    return top;
  }

  #sink(row: Row): void {
    const rows = this.#rows;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= rows.length) break;
      if (child + 1 < rows.length && comparePlace(rows[child + 1]!, rows[child]!) > 0) child++;
      if (comparePlace(rows[child]!, row) <= 0) break;
      rows[i] = rows[child]!;
      i = child;
    }
    rows[i] = row;
  }
}
