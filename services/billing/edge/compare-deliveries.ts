import { emit, type OutEvent } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import { present, startOfDay, type EstDay, type Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { Calendars } from '../decide/calendar.js';
import { compareDelivery, type ChangedQuantity } from '../decide/compare-delivery.js';
import { toDelivered, type DeliveredQuantity } from '../decide/delivered-quantity.js';
import { isComplete } from '../decide/channel-day.js';
import type { PackedBody } from '../decide/day-body.js';
import {
  channelDayKey,
  directoryBehind,
  versionsBehind,
  type SourceVersion,
} from '../decide/delivery.js';
import { answerNow, type Outcome } from '../decide/evaluate-item.js';
import { causeOf } from '../decide/rebilling-cause.js';
import { loadOldVersions, type MarkedDay, type OldVersion } from '../report/channel-days.query.js';
import { loadEvaluation, type Evaluation } from '../report/evaluation.query.js';
import {
  lastSent,
  quantitiesOf,
  sourceVersions,
  type SentDelivery,
} from '../report/deliveries.query.js';
import { toldOf, type EstimationRun } from '../report/rebilling.query.js';
import type { BillingRoom } from './billing-room.js';

type Row = EventValue<'billing.RebillingCompared'>['rows'][number];

/** What an item would be answered now, and from what. */
interface Now {
  outcome: Outcome;
  quantities: DeliveredQuantity[] | null;
  versions: SourceVersion[];
}

function answerOf(delivery: SentDelivery, all: Evaluation): Now {
  const { usdp_id: usdpId, start_day: startDay, end_day: endDay } = delivery;
  const facts = present(all.facts.get(usdpId), 'facts of a delivered SDP');
  const context = all.contextOf(delivery.ldc);
  const rows = all.days.of(usdpId);
  const item = {
    usdpId,
    startDay,
    endDay,
    accountGiven: delivery.account_given,
    accountRef: delivery.account_ref,
    asKnownOnMs: null,
  };
  const outcome = answerNow(item, facts, rows, context);
  const from = startOfDay(startDay);
  const directory = directoryBehind(facts, startDay, endDay, from, startOfDay(endDay));
  if (outcome.kind === 'REFUSED') {
    return { outcome, quantities: null, versions: versionsBehind([], [], rows, directory) };
  }
  return {
    outcome,
    quantities: outcome.quantities.map((q) => toDelivered(q, context.calendars)),
    versions: versionsBehind(outcome.quantities, outcome.segments, rows, directory),
  };
}

function isPriceDate(changed: ChangedQuantity, calendars: Calendars): (day: EstDay) => boolean {
  const ids = [changed.delivered?.calendarId, changed.now?.calendarId];
  return (day) => ids.some((id) => calendars.get(id ?? '')?.priceDates.includes(day) ?? false);
}

function newRevision(changed: ChangedQuantity, delivered: number): number | null {
  if (changed.change === 'UNAVAILABLE') return null;
  return changed.change === 'REVERTED' ? delivered : delivered + 1;
}

/** A delivered item that is another one now. */
interface Compared {
  delivery: SentDelivery;
  now: Now;
  changed: ChangedQuantity[];
}

/** The delivered versions of days that have a newer one, in the segments that changed. */
function oldVersions({ delivery, changed }: Compared, all: Evaluation): OldVersion[] {
  const usdpId = delivery.usdp_id;
  const days = all.days.of(usdpId);
  const delivered = new Map(sourceVersions(delivery.versions).map((s) => [s.key, s.version]));
  const found: OldVersion[] = [];
  for (const { channel, startDay, endDay } of changed) {
    for (let day = startDay; day < endDay; day++) {
      const version = Number(delivered.get(channelDayKey(channel, day)) ?? 0);
      const row = days(channel, day);
      if (version > 0 && row !== undefined && row.version > version) {
        found.push({ usdpId, channel, day, version });
      }
    }
  }
  return found;
}

type OldDays = Awaited<ReturnType<typeof loadOldVersions>>;

/** Equal values, and both or neither could be billed. */
function isSameDay(row: MarkedDay | undefined, old: PackedBody | undefined): boolean {
  if (row === undefined || old === undefined) return false;
  const before = old.values;
  return (
    isComplete(row.codes) === isComplete(old.codes) &&
    before.length === row.values.length &&
    before.every((wh, i) => wh === row.values[i])
  );
}

function rowOf(
  { delivery, now }: Compared,
  changed: ChangedQuantity,
  all: Evaluation,
  old: OldDays,
): Row {
  const days = all.days.of(delivery.usdp_id);
  const cause = causeOf(changed, {
    before: sourceVersions(delivery.versions),
    after: now.versions,
    marks: (channel, day) => {
      const row = days(channel, day);
      if (row === undefined) return undefined;
      const { version, readVersion: read, editVersion: edit, directoryVersion: directory } = row;
      return { version, read, edit, directory };
    },
    isSameDay: (channel, day, version) =>
      isSameDay(days(channel, day), old.get(`${delivery.usdp_id}/${channel}/${day}/${version}`)),
    isPriceDate: isPriceDate(changed, all.contextOf(delivery.ldc).calendars),
  });
  return {
    bq_id: delivery.bq_id,
    usdp_id: delivery.usdp_id,
    account_ref: changed.accountRef,
    start_day: delivery.start_day,
    end_day: delivery.end_day,
    segment_no: changed.segmentNo,
    segment_start_day: changed.startDay,
    segment_end_day: changed.endDay,
    channel: changed.channel,
    old_revision: delivery.revision,
    delivery_no: delivery.delivery_no,
    new_revision: newRevision(changed, delivery.revision),
    change: changed.change,
    old_total_wh: changed.oldTotalWh,
    new_total_wh: changed.newTotalWh,
    bins: changed.bins.map(({ bin, oldWh, newWh }) => ({ bin, old_wh: oldWh, new_wh: newWh })),
    hours_changed: changed.hoursChanged,
    cause,
    request_file_id: delivery.request_file_id,
    delivered_at_ms: delivery.delivered_at_ms,
    delivered_to: delivery.recipient,
    new_hash: changed.hash,
  };
}

/** A chunk of a run's rows for one LDC; without rows and LDC it closes the run. */
export function comparedEvent(
  run: EstimationRun,
  now: Instant,
  ldc: string,
  rows: Row[],
  last: boolean,
): OutEvent {
  return emit('billing.RebillingCompared', run.run_id, {
    at_ms: now,
    run_id: run.run_id,
    data_day: run.data_day,
    as_of_ms: run.as_of_ms,
    org: run.org,
    ldc,
    last,
    rows,
  });
}

/** Compares some delivered items with what they would be now; nothing is told twice. */
export async function compareDeliveries(
  tx: Tx,
  now: Instant,
  run: EstimationRun,
  bqIds: readonly string[],
  room: BillingRoom,
): Promise<OutEvent[]> {
  const sent = await lastSent(tx, bqIds);
  if (sent.length === 0) return [];
  const quantities = await quantitiesOf(tx, sent);
  const told = await toldOf(tx, bqIds);
  const periods = sent.map((one) => ({
    usdpId: one.usdp_id,
    startDay: one.start_day,
    endDay: one.end_day,
  }));
  const all = await loadEvaluation(tx, periods, room);
  const compared = sent.map((delivery): Compared => {
    const key = `${delivery.bq_id}/${delivery.delivery_no}`;
    const answer = answerOf(delivery, all);
    const before = quantities.get(key) ?? [];
    const changed = compareDelivery(before, told.get(key) ?? [], answer.quantities);
    return { delivery, now: answer, changed };
  });
  const wanted = compared.flatMap((one) => oldVersions(one, all));
  const old = await loadOldVersions(tx, wanted);
  const rows = compared.flatMap((one) =>
    one.changed.map((changed) => ({ ldc: one.delivery.ldc, row: rowOf(one, changed, all, old) })),
  );
  return [...Map.groupBy(rows, ({ ldc }) => ldc)].map(([ldc, own]) =>
    comparedEvent(
      run,
      now,
      ldc,
      own.map(({ row }) => row),
      false,
    ),
  );
}
