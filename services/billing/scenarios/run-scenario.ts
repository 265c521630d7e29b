/** Plays a scenario folder: given.csv, when.csv; what came out is told in the language of then.csv. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { emit, type OutEvent } from '@mdmr/bus';
import { parseCsvLine } from '@mdmr/formats';
import {
  dayOfInstant,
  formatEnergyKwh,
  formatEstDay,
  formatInstant,
  parseEstDay,
  present,
  startOfDay,
} from '@mdmr/kernel';
import type { BillingStand } from './billing-stand.js';
import { DayRecords } from './day-records.js';
import { DirectoryRecords } from './directory-records.js';
import { recorded } from './recorder.js';

const ENDED_BY_RUN = 3600_000 * 7.5;

/** Records of a CSV file; blank lines and lines that begin with `#` are for people. */
export async function readRecords(file: string): Promise<string[][]> {
  const text = await readFile(file, 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const fields = parseCsvLine(line);
    if (!Array.isArray(fields)) throw new Error(`${file}: ${fields} in ${line}`);
    return fields;
  });
}

const DIRECTORY = new Set(['SDP', 'SVC', 'ACC', 'ORG', 'INS', 'MTR']);

/** Plays records one after the other; a set, and a file, ends where another kind of record begins. */
class Player {
  private readonly directory = new DirectoryRecords();
  private readonly days = new DayRecords();
  private file: { head: readonly string[]; lines: string[] } | null = null;

  constructor(private readonly stand: BillingStand) {}

  async play(records: readonly (readonly string[])[]): Promise<void> {
    for (const fields of records) {
      const [type = ''] = fields;
      if (this.file !== null && type !== 'FILE' && (type === 'REQ' || type.startsWith('?'))) {
        this.file.lines.push(fields.join(',').replace(/^\?/, ''));
        continue;
      }
      await this.endFile();
      if (DIRECTORY.has(type)) {
        this.directory.state(fields);
        continue;
      }
      await this.endSet();
      await this.step(type, fields);
    }
    await this.endFile();
    await this.endSet();
    await this.stand.idle();
  }

  private async endFile(): Promise<void> {
    if (this.file === null) return;
    const [, fileId = '', sender = '', windowEnd = ''] = this.file.head;
    const { lines } = this.file;
    this.file = null;
    await this.stand.receive(fileId, sender, windowEnd, lines);
    await this.stand.idle();
  }

  private async endSet(): Promise<void> {
    const events = this.directory.apply('MAPLE', this.stand.now);
    if (events.length === 0) return;
    await this.stand.send(...events);
    await this.stand.idle();
  }

  private async step(type: string, fields: readonly string[]): Promise<void> {
    const { stand } = this;
    if (type === 'AT') {
      await stand.at(fields[1]!);
      await stand.idle();
    } else if (type === 'FILE') {
      this.file = { head: fields, lines: [] };
    } else if (type === 'IDLE') {
      await stand.idle();
    } else {
      await stand.send(this.event(type, fields));
    }
  }

  private event(type: string, fields: readonly string[]): OutEvent {
    const [, a = '', b = '', c = '', d = ''] = fields;
    const at_ms = this.stand.now;
    switch (type) {
      case 'DAY':
        return this.days.event(fields, at_ms);
      case 'LDC':
        return emit('participants.OrganizationRegistered', a, {
          ...{ at_ms, org_id: a, name: a, roles: ['LDC'], door: 'drop' },
        });
      case 'AGENT':
        return emit('participants.DelegationGranted', 'MAPLE', {
          ...{ at_ms, ldc: 'MAPLE', agent: a, function: 'BILLING' },
          from_day: present(parseEstDay(b), b),
          to_day: c === '' ? null : parseEstDay(c),
        });
      case 'REVOKE':
        return emit('participants.DelegationRevoked', 'MAPLE', {
          ...{ at_ms, ldc: 'MAPLE', agent: a, function: 'BILLING' },
        });
      case 'SETTING':
        return emit('participants.LdcSettingSet', 'MAPLE', {
          ...{ at_ms, ldc: 'MAPLE', name: a, value: b, from_day: present(parseEstDay(c), c) },
        });
      case 'USDP':
        return issued(at_ms, a, b);
      case 'ACCEPT':
        return emit('vee.ValuesAccepted', a, {
          ...{ at_ms, usdp_id: a, start_day: present(parseEstDay(b), b) },
          ...{ end_day: present(parseEstDay(c), c), rule: d, user: 'U', reason: 'checked' },
        });
      case 'RUN':
        return estimated(at_ms, a);
      default:
        throw new Error(`${type} is no step`);
    }
  }
}

function issued(at_ms: number, usdpId: string, ldc: string): OutEvent {
  return emit('usdp.UsdpRequestDecided', ldc, {
    ...{ at_ms, custody_id: `U-${usdpId}`, custody_at_ms: at_ms, sender: ldc, ldc },
    ...{ file_id: `U-${usdpId}`, chunk: 0, last: true, rejected: [] },
    issued: [{ line: 2, sdp_id: `S-${usdpId}`, usdp_id: usdpId }],
  });
}

/** `RUN,<data day>`: the final run of a data day, as of 07:30 of the next. */
function estimated(at_ms: number, dataDay: string): OutEvent {
  const day = present(parseEstDay(dataDay), dataDay);
  return emit('vee.EstimationRunCompleted', `FINAL-${dataDay}`, {
    ...{ at_ms, run_id: `FINAL-${dataDay}@${dayOfInstant(at_ms)}/${at_ms}`, data_day: day },
    ...{ as_of_ms: startOfDay(day + 1) + ENDED_BY_RUN, org: null, estimated_channel_days: 0 },
  });
}

async function responses(stand: BillingStand): Promise<string[]> {
  const told: string[] = [];
  for (const file of await recorded(stand.reporting.tools.db, 'billing.FileComposed')) {
    const bytes = await stand.billing.tools.files.readAll(file.sha256);
    const lines = bytes.toString().trimEnd().split('\n');
    // file_id and created_at are the hub's choice.
    const header = lines[0]!.split(',');
    const at = formatInstant(file.at_ms).slice(0, 16).replace('T', ' ');
    told.push(`RSP,${file.recipient},${header.slice(7).join(',')},${at}`);
    told.push(...lines.slice(1, -1));
    if (lines.at(-1) !== `TRL,${lines.length - 2}`) throw new Error('TRL is wrong');
  }
  return told;
}

async function ended(stand: BillingStand): Promise<string[]> {
  const told: string[] = [];
  const events = await recorded(stand.reporting.tools.db, 'billing.RequestItemsEnded');
  for (const { file_id, ended: rows, report, final } of events) {
    for (const r of rows) {
      const start = [file_id, r.line, r.usdp_id, r.start, r.end, r.reason, r.detail].join(',');
      told.push(`ENDED,${start}${r.no_source ? ',NO_SOURCE' : ''}`);
    }
    if (report) told.push(`IR08,${file_id}${final ? ',FINAL' : ''}`);
  }
  return told;
}

async function warned(stand: BillingStand): Promise<string[]> {
  const events = await recorded(stand.reporting.tools.db, 'billing.RequestTried');
  return events.flatMap(({ file_id, warnings }) => [
    `BR07,${file_id}`,
    ...warnings.map((w) =>
      ['WARNING', file_id, w.line, w.usdp_id, w.warning, w.other_request_file_id].join(','),
    ),
  ]);
}

function kwh(wh: number | null): string {
  return wh === null ? '' : formatEnergyKwh(wh);
}

async function compared(stand: BillingStand): Promise<string[]> {
  const events = await recorded(stand.reporting.tools.db, 'billing.RebillingCompared');
  return events.flatMap(({ rows, last, data_day }) => [
    ...rows.map((r) =>
      [
        ...['BR03', r.bq_id, r.segment_no, formatEstDay(r.segment_start_day)],
        ...[formatEstDay(r.segment_end_day), r.channel, r.old_revision, r.new_revision ?? ''],
        ...[r.change, kwh(r.old_total_wh), kwh(r.new_total_wh)],
        ...r.bins.map((b) => `${b.bin}:${kwh(b.old_wh)}>${kwh(b.new_wh)}`),
        ...[r.hours_changed ?? '', r.cause, r.request_file_id, r.delivered_to],
      ].join(','),
    ),
    ...(last ? [`COMPARED,${formatEstDay(data_day)}`] : []),
  ]);
}

/** Everything billing told, report by report, each in its order. */
export async function playScenario(stand: BillingStand, folder: string): Promise<string[]> {
  const player = new Player(stand);
  await player.play(await readRecords(path.join(folder, 'given.csv')));
  await player.play(await readRecords(path.join(folder, 'when.csv')));
  return [
    ...(await warned(stand)),
    ...(await responses(stand)),
    ...(await ended(stand)),
    ...(await compared(stand)),
  ];
}
