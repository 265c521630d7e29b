import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert, type Tx } from '@mdmr/postgres';

const TOPIC = 'mdmr.participants.organizations.v1';

/** Organizations, delegations, head-ends and LDC settings as rows; low rate, one event at a time. */
export const participantsProjection: Projection = {
  name: 'participants',
  topics: [TOPIC],
  async apply(tx, events) {
    for (const event of events) await applyOne(tx, event);
  },
};

async function applyOne(tx: Tx, event: InEvent): Promise<void> {
  switch (event.type) {
    case 'participants.OrganizationRegistered': {
      const v = event.value;
      await tx.query(
        `insert into organization values ($1, $2, $3, $4, $5) on conflict (org_id) do update
         set name = excluded.name, roles = excluded.roles, door = excluded.door,
             at_ms = excluded.at_ms`,
        [v.org_id, v.name, v.roles, v.door, v.at_ms],
      );
      return;
    }
    case 'participants.DelegationGranted': {
      const v = event.value;
      await tx.query(
        `insert into delegation values ($1, $2, $3, $4, $5, $6, null) on conflict do nothing`,
        [v.ldc, v.agent, v.function, v.from_day, v.to_day, v.at_ms],
      );
      return;
    }
    case 'participants.DelegationRevoked': {
      const v = event.value;
      await tx.query(
        `update delegation set revoked_at_ms = $4 where ldc = $1 and agent = $2
           and ($3::text is null or function = $3) and revoked_at_ms is null`,
        [v.ldc, v.agent, v.function, v.at_ms],
      );
      return;
    }
    case 'participants.HeadEndRegistered': {
      const v = event.value;
      await tx.query(
        `insert into head_end values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (amcc_id) do update set org_id = excluded.org_id, ldcs = excluded.ldcs,
           format = excluded.format, stamps = excluded.stamps, key = excluded.key,
           multiplied = excluded.multiplied, at_ms = excluded.at_ms`,
        [v.amcc_id, v.org_id, v.ldcs, v.format, v.stamps, v.key, v.multiplied, v.at_ms],
      );
      return;
    }
    case 'participants.LdcSettingSet': {
      const v = event.value;
      await bulkInsert(tx, {
        table: 'ldc_setting',
        columns: [
          { name: 'ldc', type: 'text' },
          { name: 'name', type: 'text' },
          { name: 'from_day', type: 'int4' },
          { name: 'value', type: 'text' },
          { name: 'at_ms', type: 'int8' },
        ],
        rows: [[v.ldc, v.name, v.from_day, v.value, v.at_ms]],
        onConflict:
          'on conflict (ldc, name, from_day) do update ' +
          'set value = excluded.value, at_ms = excluded.at_ms',
      });
      return;
    }
    default:
  }
}
