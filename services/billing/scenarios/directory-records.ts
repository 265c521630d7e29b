/** Directory records of a scenario, as timelines of one applied set. */
import { emit, type OutEvent } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import { parseEstDay, parseInstant, present, startOfDay, type Instant } from '@mdmr/kernel';

type Timeline = EventValue<'mmd.DirectoryChanged'>['timelines'][number];
type Version = Timeline['versions'][number];

/** 00:00 EST of a date, or the instant itself. */
export function instantOf(text: string): Instant {
  const day = parseEstDay(text);
  return day === null ? present(parseInstant(text), `instant ${text}`) : startOfDay(day);
}

interface Stated {
  recordType: string;
  usdpId: string | null;
  meterId: string | null;
  name: string | null;
  from: string;
  to: string;
  values: Record<string, string>;
}

function stated(fields: readonly string[]): Stated {
  const [type = '', subject = '', a = '', b = '', c = '', d = ''] = fields;
  const none = { recordType: type, usdpId: subject, meterId: null, name: null, to: '' };
  switch (type) {
    case 'SDP':
      return { ...none, from: a, values: { status: b, time_zone: c === '' ? 'EASTERN' : c } };
    case 'SVC': {
      const values = { framing: b, energy_purchase_service: c, rate_class: d };
      return { ...none, from: a, values };
    }
    case 'ACC':
      return { ...none, from: b, to: c, values: { account_ref: `ref-${a}` } };
    case 'ORG':
      return {
        ...none,
        recordType: 'ORG',
        name: 'BILLING_AGENT',
        from: b,
        to: c,
        values: { org_id: a },
      };
    case 'INS':
      return { ...none, from: b, to: c, values: { meter_id: a } };
    case 'MTR': {
      const values = { interval_minutes: b, channels: c, multiplier: d === '' ? '1' : d };
      return { ...none, usdpId: null, meterId: subject, from: a, values };
    }
    default:
      throw new Error(`${type} is no directory record`);
  }
}

/** Keeps all that was stated; each set replaces the timelines it touches, whole. */
export class DirectoryRecords {
  private readonly timelines = new Map<string, Map<string, Stated>>();
  private touched = new Set<string>();
  private accounts = new Set<string>();
  private sets = 0;

  state(fields: readonly string[]): void {
    const withdrawn = fields.at(-1) === 'WITHDRAW';
    const one = stated(withdrawn ? fields.slice(0, -1) : fields);
    const key = [one.recordType, one.usdpId ?? one.meterId, one.name ?? ''].join('/');
    const versions = this.timelines.get(key) ?? new Map<string, Stated>();
    this.timelines.set(key, versions);
    const own = one.values['account_ref'] ?? one.values['meter_id'] ?? '';
    const versionKey = `${one.from}/${own}`;
    if (withdrawn) versions.delete(versionKey);
    else versions.set(versionKey, one);
    this.touched.add(key);
    if (one.recordType === 'ACC') this.accounts.add(present(fields[2], 'account'));
  }

  /** Events of the set, identities first; nothing when nothing was stated. */
  apply(ldc: string, now: Instant): OutEvent[] {
    if (this.touched.size === 0) return [];
    this.sets++;
    const timelines = [...this.touched].map((key) => this.timelineOf(key, now));
    const accounts = [...this.accounts].map((id) => ({
      account_ref: `ref-${id}`,
      account_id: id,
    }));
    this.touched = new Set();
    this.accounts = new Set();
    return [
      emit('mmd.AccountsIdentified', ldc, { at_ms: now, ldc, accounts }),
      emit('mmd.DirectoryChanged', ldc, {
        at_ms: now,
        ldc,
        set_id: `S-${this.sets}`,
        chunk: 0,
        last: true,
        timelines,
      }),
    ];
  }

  private timelineOf(key: string, now: Instant): Timeline {
    const versions = [...present(this.timelines.get(key), key).values()];
    const [recordType = '', subject = '', name = ''] = key.split('/');
    const isMeter = recordType === 'MTR';
    return {
      record_type: recordType,
      usdp_id: isMeter ? null : subject,
      meter_id: isMeter ? subject : null,
      name: name === '' ? null : name,
      versions: versions
        .map((one, i): Version => {
          return {
            from_ms: instantOf(one.from),
            to_ms: one.to === '' ? null : instantOf(one.to),
            values: one.values,
            file_id: `SYNC-${this.sets}`,
            line: i + 2,
            recorded_at_ms: now,
          };
        })
        .sort((a, b) => a.from_ms - b.from_ms),
    };
  }
}
