import type { InEvent, Projection } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import { bulkInsert } from '@mdmr/postgres';
import type { Tx } from '@mdmr/postgres';

/** Files of the hub: made, asked for again, delivered. `asked` and `delivered` are sums. */
export const deliveryProjection: Projection = {
  name: 'delivery',
  topics: [
    'mdmr.gateway.files.v1',
    'mdmr.usdp.outbound-files.v1',
    'mdmr.billing.outbound-files.v1',
    'mdmr.reporting.outbound-files.v1',
  ],
  async apply(tx, events) {
    await recordFiles(tx, events.flatMap(factsOf));
  },
};

type Composed = EventValue<'usdp.FileComposed'>;

interface FileFacts {
  readonly fileId: string;
  readonly asked: number;
  readonly delivered: number;
  readonly deliveredAt: number | null;
  readonly composed: Composed | null;
}

function factsOf(event: InEvent): FileFacts[] {
  const asked = (fileId: string, composed: Composed | null = null): FileFacts => {
    return { fileId, asked: 1, delivered: 0, deliveredAt: null, composed };
  };
  switch (event.type) {
    // Composing a file asks for its first delivery.
    case 'usdp.FileComposed':
    case 'billing.FileComposed':
    case 'reporting.FileComposed':
      return [asked(event.value.file_id, event.value)];
    case 'gateway.FileRepeated':
      return event.value.files.map((fileId) => asked(fileId));
    case 'gateway.FileResendAsked':
      return [asked(event.value.file_id)];
    case 'gateway.FileDelivered': {
      const { file_id: fileId, at_ms: deliveredAt } = event.value;
      return [{ fileId, asked: 0, delivered: 1, deliveredAt, composed: null }];
    }
    default:
      return [];
  }
}

/** Of one batch each file once, which an upsert needs. */
function summed(facts: readonly FileFacts[]): FileFacts[] {
  const sums = new Map<string, FileFacts>();
  for (const fact of facts) {
    const known = sums.get(fact.fileId);
    if (known === undefined) {
      sums.set(fact.fileId, fact);
      continue;
    }
    sums.set(fact.fileId, {
      fileId: fact.fileId,
      asked: known.asked + fact.asked,
      delivered: known.delivered + fact.delivered,
      deliveredAt: Math.max(known.deliveredAt ?? 0, fact.deliveredAt ?? 0) || null,
      composed: known.composed ?? fact.composed,
    });
  }
  return [...sums.values()];
}

const DESCRIPTION = [
  { name: 'recipient', type: 'text' },
  { name: 'ldc', type: 'text' },
  { name: 'kind', type: 'text' },
  { name: 'name', type: 'text' },
  { name: 'sha256', type: 'text' },
  { name: 'bytes', type: 'int8' },
  { name: 'in_reply_to', type: 'text[]' },
  { name: 'composed_at_ms', type: 'int8' },
];

async function recordFiles(tx: Tx, facts: readonly FileFacts[]): Promise<void> {
  const kept = DESCRIPTION.map(({ name }) => `${name} = coalesce(f.${name}, excluded.${name})`);
  await bulkInsert(tx, {
    table: 'outbound_file as f',
    columns: [
      { name: 'file_id', type: 'text' },
      { name: 'asked', type: 'int4' },
      { name: 'delivered', type: 'int4' },
      { name: 'delivered_at_ms', type: 'int8' },
      ...DESCRIPTION,
    ],
    rows: summed(facts).map(({ fileId, asked, delivered, deliveredAt, composed: c }) => [
      ...[fileId, asked, delivered, deliveredAt],
      ...[c?.recipient, c?.ldc, c?.kind, c?.name, c?.sha256, c?.bytes, c?.in_reply_to, c?.at_ms],
    ]),
    onConflict: `on conflict (file_id) do update set
      asked = f.asked + excluded.asked, delivered = f.delivered + excluded.delivered,
      delivered_at_ms = greatest(f.delivered_at_ms, excluded.delivered_at_ms), ${kept.join(', ')}`,
  });
}
