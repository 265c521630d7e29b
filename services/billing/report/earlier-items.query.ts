import type { EstDay } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { EarlierItem } from '../decide/request-warnings.js';

/** An item that is answered or waits, with the SDP's earlier ones in custody order. */
export interface ItemWithEarlier {
  line: number;
  usdpId: string;
  startDay: EstDay;
  endDay: EstDay;
  earlier: EarlierItem[];
}

interface Row {
  line: number;
  usdp_id: string;
  start_day: EstDay;
  end_day: EstDay;
  earlier_start: EstDay;
  earlier_end: EstDay;
  earlier_file_id: string;
}

/** Items of a request on lines (after, upTo] that have earlier ones; those with as_known_on left aside. */
export async function itemsWithEarlier(
  tx: Pick<Tx, 'query'>,
  custodyId: string,
  after: number,
  upTo: number,
): Promise<ItemWithEarlier[]> {
  const { rows } = await tx.query<Row>(
    `select i.line, i.usdp_id, i.start_day, i.end_day,
            e.start_day as earlier_start, e.end_day as earlier_end, er.file_id as earlier_file_id
     from request_item i
     join request r on r.custody_id = i.custody_id
     join request_item e on e.usdp_id = i.usdp_id
     join request er on er.custody_id = e.custody_id
     where i.custody_id = $1 and i.line > $2 and i.line <= $3
       and i.ended_reason is null and i.as_known_on_ms is null
       and e.ended_reason is null and e.as_known_on_ms is null
       and (er.custody_seq < r.custody_seq
         or er.custody_seq = r.custody_seq and e.line < i.line)
     order by i.line, er.custody_seq, e.line`,
    [custodyId, after, upTo],
  );
  const items = new Map<number, ItemWithEarlier>();
  for (const row of rows) {
    const { line, usdp_id: usdpId, start_day: startDay, end_day: endDay } = row;
    const item = items.get(line) ?? { line, usdpId, startDay, endDay, earlier: [] };
    items.set(line, item);
    item.earlier.push({
      requestFileId: row.earlier_file_id,
      startDay: row.earlier_start,
      endDay: row.earlier_end,
    });
  }
  return [...items.values()];
}
