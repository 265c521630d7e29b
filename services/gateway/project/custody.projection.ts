import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';

/** Files in custody: how each was taken. */
export const custodyProjection: Projection = {
  name: 'custody',
  topics: ['mdmr.gateway.files.v1'],
  async apply(tx, events) {
    await bulkInsert(tx, {
      table: 'custody_file',
      columns: [
        { name: 'custody_id', type: 'text' },
        { name: 'custody_seq', type: 'int8' },
        { name: 'org', type: 'text' },
        { name: 'door', type: 'text' },
        { name: 'file_id', type: 'text' },
        { name: 'name', type: 'text' },
        { name: 'kind', type: 'text' },
        { name: 'sha256', type: 'text' },
        { name: 'bytes', type: 'int8' },
        { name: 'received_at_ms', type: 'int8' },
        { name: 'verdict', type: 'text' },
        { name: 'unit', type: 'text' },
        { name: 'brought', type: 'int8' },
        { name: 'segments', type: 'int4' },
        { name: 'reason', type: 'text' },
        { name: 'line', type: 'int8' },
        { name: 'of_custody_id', type: 'text' },
      ],
      rows: events.flatMap(rowsOf),
    });
  },
};

function rowsOf(event: InEvent): unknown[][] {
  switch (event.type) {
    case 'gateway.FileReceived': {
      const { unit, records, segments } = event.value;
      const row = ['RECEIVED', unit, records ?? 0, segments ?? 0, null, null, null];
      return [[...common(event.value), ...row]];
    }
    case 'gateway.FileRefused': {
      const { kind, rejected, reason, line } = event.value;
      const row = ['REFUSED', unitOf(kind), rejected, 0, reason, line, null];
      return [[...common(event.value), ...row]];
    }
    case 'gateway.FileRepeated': {
      const { kind, of_custody_id } = event.value;
      const row = ['REPEATED', unitOf(kind), 0, 0, null, null, of_custody_id];
      return [[...common(event.value), ...row]];
    }
    default:
      return [];
  }
}

interface Common {
  readonly custody_id: string;
  readonly custody_seq: number;
  readonly org: string;
  readonly door: string;
  readonly file_id: string;
  readonly name: string;
  readonly kind: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly at_ms: number;
}

function common(v: Common): unknown[] {
  const { custody_id, custody_seq, org, door, file_id, name, kind, sha256, bytes, at_ms } = v;
  return [custody_id, custody_seq, org, door, file_id, name, kind, sha256, bytes, at_ms];
}

function unitOf(kind: string): string {
  return kind === 'CMEP' ? 'VALUE' : 'RECORD';
}
