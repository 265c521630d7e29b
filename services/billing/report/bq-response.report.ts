import { BQ_RSP, formatCsvRecord } from '@mdmr/formats';
import { Defect, formatInstant, type Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { recordsOf } from '../decide/bq-records.js';
import {
  accountIds,
  deliveriesOfResponse,
  quantitiesOf,
  type Delivery,
  type StoredQuantity,
} from './deliveries.query.js';

const ITEMS_A_PAGE = 500;

/** One response of a request. */
export interface BqResponse {
  custodyId: string;
  requestFileId: string;
  ldc: string;
  responseNo: number;
  isFinal: boolean;
  /** Of the file itself. */
  fileId: string;
  createdAt: Instant;
}

export interface DeliveredPage {
  delivery: Delivery;
  quantities: StoredQuantity[];
}

/** Items of a response in the order of the request, page by page. */
export async function* responseItems(
  tx: Pick<Tx, 'query'>,
  custodyId: string,
  responseNo: number,
): AsyncGenerator<DeliveredPage[]> {
  for (let after = 0; ;) {
    const page = await deliveriesOfResponse(tx, custodyId, responseNo, after, ITEMS_A_PAGE);
    if (page.length === 0) return;
    const quantities = await quantitiesOf(tx, page);
    yield page.map((delivery) => ({
      delivery,
      quantities: quantities.get(`${delivery.bq_id}/${delivery.delivery_no}`) ?? [],
    }));
    after = page.at(-1)!.line;
  }
}

async function accountsOf(
  tx: Pick<Tx, 'query'>,
  page: readonly DeliveredPage[],
): Promise<(ref: string | null) => string> {
  const refs = page.flatMap((item) => item.quantities.map((q) => q.accountRef));
  const ids = await accountIds(
    tx,
    refs.filter((ref) => ref !== null),
  );
  return (ref) => {
    if (ref === null) return '';
    const id = ids.get(ref);
    if (id === undefined) throw new Defect('UNKNOWN_ACCOUNT_REF', 'an account has no id here');
    return id;
  };
}

/** Canonical bytes of a BQ-RSP; `onPage` sees what goes in. */
export async function* bqResponseBytes(
  tx: Pick<Tx, 'query'>,
  response: BqResponse,
  onPage: (page: readonly DeliveredPage[]) => void = () => undefined,
): AsyncGenerator<Buffer> {
  const { ldc, fileId, createdAt, requestFileId, responseNo, isFinal } = response;
  const common = ['HDR', BQ_RSP.kind, '1', 'MDMR', ldc, fileId, formatInstant(createdAt)];
  const own = [requestFileId, String(responseNo), isFinal ? 'Y' : 'N'];
  yield Buffer.from(`${formatCsvRecord([...common, ...own])}\n`);
  let records = 0;
  for await (const page of responseItems(tx, response.custodyId, responseNo)) {
    onPage(page);
    const accountId = await accountsOf(tx, page);
    let text = '';
    for (const { delivery, quantities } of page) {
      const { usdp_id: usdpId, bq_id: bqId, revision, purpose } = delivery;
      const item = { requestFileId, usdpId, bqId, revision, purpose };
      const named = quantities.map((q) => ({ ...q, accountId: accountId(q.accountRef) }));
      for (const record of recordsOf(item, named)) {
        text += `${formatCsvRecord(record)}\n`;
        records++;
      }
    }
    yield Buffer.from(text);
  }
  yield Buffer.from(`TRL,${records}\n`);
}
