/** Warnings about an item that is answered or waits all the same (BR07). */
import type { EstDay } from '@mdmr/kernel';

/** An item asked for before, answered or waiting, in custody order. */
export interface EarlierItem {
  requestFileId: string;
  startDay: EstDay;
  endDay: EstDay;
}

export interface Warning {
  warning: 'DUPLICATE' | 'OVERLAP' | 'GAP';
  otherRequestFileId: string;
}

function latest(items: readonly EarlierItem[]): string | null {
  return items.at(-1)?.requestFileId ?? null;
}

/**
 * At most one row a warning; `earlier` are the SDP's earlier items in custody order, those of the same file
 * on earlier lines included, those with as_known_on left aside.
 */
export function warningsOf(
  startDay: EstDay,
  endDay: EstDay,
  earlier: readonly EarlierItem[],
): Warning[] {
  const warnings: Warning[] = [];
  const add = (warning: Warning['warning'], items: readonly EarlierItem[]): void => {
    const otherRequestFileId = latest(items);
    if (otherRequestFileId !== null) warnings.push({ warning, otherRequestFileId });
  };
  const isSame = (one: EarlierItem): boolean => one.startDay === startDay && one.endDay === endDay;
  add('DUPLICATE', earlier.filter(isSame));
  add(
    'OVERLAP',
    earlier.filter((one) => one.startDay < endDay && one.endDay > startDay && !isSame(one)),
  );
  const holdsDayBefore = (one: EarlierItem): boolean =>
    one.startDay < startDay && one.endDay >= startDay;
  if (!earlier.some(holdsDayBefore)) {
    add(
      'GAP',
      earlier.filter((one) => one.endDay < startDay),
    );
  }
  return warnings;
}
