/** Rows of the six synchronization files, as an LDC's papers give them. */
import { formatInstant, startOfDay, type EstDay } from '@mdmr/kernel';
import type { KindRecordInput } from '@mdmr/formats';
import { BILLCO, MAPLE, NORTHAMI, type Meter, type Point } from './cast.js';
import { NEXT_ACCOUNT_FROM } from './dates.js';
import { CHANGED_MODULE } from './incidents.js';
import { milliText, type Metering } from './metering.js';
import { newModuleId } from './read-files.js';

/** USDP IDs by sdp_id, as the hub answered them. */
export type UsdpIds = ReadonlyMap<string, string>;

/** Rows of parts 1 to 6. */
export type Rows = readonly [
  KindRecordInput[],
  KindRecordInput[],
  KindRecordInput[],
  KindRecordInput[],
  KindRecordInput[],
  KindRecordInput[],
];

type Values = Record<string, string | number | null>;
const row = (type: string, values: Values): KindRecordInput => ({ type, values });

export class Papers {
  constructor(
    private readonly metering: Metering,
    private readonly ids: UsdpIds,
  ) {}

  /** All that is true of the points on the first day, as the papers have it. */
  firstState(points: readonly Point[]): Rows {
    const each = (make: (point: Point) => KindRecordInput[]) => points.flatMap(make);
    return [
      each((point) => [this.sdp(point), ...this.attributes(point)]),
      each((point) => [this.meter(this.meterOnPaper(point))]),
      each((point) => [this.installation(point, { ...this.meterOnPaper(point), to: null })]),
      each((point) => [this.account(point)]),
      each((point) => this.organizations(point)),
      each((point) => [this.service(point)]),
    ];
  }

  /** The same, with the field work of the day in it. */
  stateAfterFieldWork(points: readonly Point[]): Rows {
    const rows = this.firstState(points);
    const each = (make: (point: Point) => KindRecordInput[]) => points.flatMap(make);
    const meters = (point: Point) => this.metering.metersOf(point.sdpId);
    return [
      rows[0],
      each((point) => meters(point).map((meter) => this.meter(meter, this.moduleFrom(meter)))),
      each((point) => meters(point).map((meter) => this.installation(point, meter))),
      each((point) => (point.sdpId === MOVED ? this.accountsOfMove(point) : [this.account(point)])),
      rows[4],
      rows[5],
    ];
  }

  point(sdpId: string): Point {
    const found = this.metering.cast.points.find((point) => point.sdpId === sdpId);
    if (found === undefined) throw new Error(`no point ${sdpId}`);
    return found;
  }

  usdp(sdpId: string): string {
    const id = this.ids.get(sdpId);
    if (id === undefined) throw new Error(`${sdpId} has no USDP ID yet`);
    return id;
  }

  meterById(meterId: string): Meter {
    return this.metering.cast.meters.find((meter) => meter.meterId === meterId)!;
  }

  sdp(point: Point, change: { status?: string; postalCode?: string; from?: EstDay } = {}) {
    return row('SDP', {
      usdp_id: this.usdp(point.sdpId),
      sdp_id: point.sdpId,
      effective_from: change.from ?? point.since,
      status: change.status ?? 'ACTIVE',
      service_address: point.address,
      postal_code: change.postalCode ?? point.postalCode,
      time_zone: point.zone,
      category: point.category,
    });
  }

  attributes(point: Point): KindRecordInput[] {
    const all = [['CYCLE', point.cycle] as const, ...point.attributes];
    return all.map(([name, value]) => {
      const key = { usdp_id: this.usdp(point.sdpId), name };
      return row('ATR', { ...key, value, effective_from: point.since });
    });
  }

  /** A meter's facts from its coming on, or from a later day with its new module. */
  meter(meter: Meter, moduleFrom: EstDay | null = null): KindRecordInput {
    const from = moduleFrom === null ? meter.from : startOfDay(moduleFrom);
    return row('MTR', {
      meter_id: meter.meterId,
      amcd_id: moduleFrom === null ? meter.amcdId : newModuleId(meter),
      amcc_id: meter.amcc,
      effective_from: formatInstant(from),
      interval_minutes: String(meter.minutes),
      multiplier: String(meter.multiplier),
      register_dials: '6',
      channels: meter.channels.join('+'),
      register_decimals: '3',
    });
  }

  installation(point: Point, meter: Meter): KindRecordInput {
    return row('INS', {
      ...this.installationKey(point, meter),
      removed_at: meter.to,
      install_reads: reads(meter, (channel) => meter.startMilli.get(channel)!),
      removal_reads: meter.to === null ? null : this.removalReads(meter),
    });
  }

  /** An installation that never was. */
  withdrawal(point: Point, meter: Meter): KindRecordInput {
    return row('INS', { ...this.installationKey(point, meter), action: 'WITHDRAW' });
  }

  account(point: Point): KindRecordInput {
    return this.accountRow(point, point.accountId, point.since, null);
  }

  /** Who moves out, and who moves in. */
  accountsOfMove(point: Point): KindRecordInput[] {
    const next = `${point.accountId}-N`;
    return [
      this.accountRow(point, point.accountId, point.since, NEXT_ACCOUNT_FROM),
      this.accountRow(point, next, NEXT_ACCOUNT_FROM, null),
    ];
  }

  organizations(point: Point): KindRecordInput[] {
    const roles = [['AMI_OPERATOR', NORTHAMI] as const];
    const all = point.ldc === MAPLE ? [...roles, ['BILLING_AGENT', BILLCO] as const] : roles;
    return all.map(([role, org_id]) => {
      const key = { usdp_id: this.usdp(point.sdpId), role };
      return row('ORG', { ...key, org_id, effective_from: point.since });
    });
  }

  service(point: Point, change: { from?: EstDay; rateClass?: string } & Framed = {}) {
    return row('SVC', {
      usdp_id: this.usdp(point.sdpId),
      effective_from: change.from ?? point.since,
      vee_service: point.veeService,
      framing: change.framing ?? point.framing,
      energy_purchase_service: change.calendar ?? point.calendar,
      rate_class: change.rateClass ?? point.rateClass,
    });
  }

  meterOnPaper(point: Point): Meter {
    return this.meterById(point.meterId);
  }

  private removalReads(meter: Meter): string {
    return reads(meter, (channel) => this.metering.removalRegister(meter, channel));
  }

  private installationKey(point: Point, meter: Meter): Values {
    const key = { usdp_id: this.usdp(point.sdpId), meter_id: meter.meterId };
    return { ...key, installed_at: meter.from };
  }

  private accountRow(point: Point, account: string, from: EstDay, to: EstDay | null) {
    const key = { usdp_id: this.usdp(point.sdpId), account_id: account };
    return row('ACC', { ...key, effective_from: from, effective_to: to });
  }

  private moduleFrom(meter: Meter): EstDay | null {
    return meter.measures === CHANGED_MODULE.sdpId ? CHANGED_MODULE.from : null;
  }
}

interface Framed {
  framing?: string;
  calendar?: string;
}

/** Where an account ends and the next begins. */
export const MOVED = 'MP-0006';
/** Where TOU begins. */
export const REFRAMED = 'MP-0005';
export const DISCONNECTED = 'MP-0004';

function reads(meter: Meter, milliOf: (channel: Meter['channels'][number]) => number): string {
  return meter.channels.map((channel) => `${channel}=${milliText(milliOf(channel))}`).join('+');
}

export const noRows = (): Rows => [[], [], [], [], [], []];
