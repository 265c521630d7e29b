/** The section that walks from a bill to the line of a file. */
import type { DemoDriver } from './driver.js';
import { kwh, wattHours } from './page-text.js';

interface BqTrace {
  readonly bq_id: string;
  readonly revision: number;
  readonly usdp_id: string;
  readonly request_file_id: string;
  readonly line: number;
  readonly quantities: readonly { readonly total_kwh: string; readonly intervals: number }[];
  readonly channel_days: readonly {
    readonly channel: string;
    readonly day: string;
    readonly version: number;
  }[];
  readonly hash: string;
  readonly hash_is_right: boolean;
}

interface Interval {
  readonly end: string;
  readonly kwh: string | null;
  readonly state: string;
  readonly file_id: string | null;
  readonly line: number | null;
  readonly meter_id: string | null;
}

interface IntervalTrace {
  readonly reads: {
    readonly channels: readonly {
      readonly channel: string;
      readonly received: readonly {
        readonly file_id: string;
        readonly file_name: string;
        readonly line: number;
        readonly custody_at: string;
        readonly sender: string;
        readonly end: string;
        readonly value: string | null;
        readonly flag: string;
      }[];
    }[];
  };
  readonly vee: {
    readonly channels: readonly {
      readonly channel: string;
      readonly service: string | null;
      readonly intervals: readonly Interval[];
    }[];
  };
}

/** The highest hour of the last day of a bill. */
export async function traceSection(driver: DemoDriver, bqId: string): Promise<string[]> {
  const bill = await driver.mdmr<BqTrace>('trace', 'bq', bqId);
  const day = bill.channel_days.filter(({ channel }) => channel === 'KWH').at(-1)!;
  const trace = await driver.mdmr<IntervalTrace>('trace', 'interval', bill.usdp_id, day.day);
  const validated = trace.vee.channels.find(({ channel }) => channel === 'KWH')!;
  const highest = validated.intervals.toSorted(byEnergy)[0]!;
  const received = trace.reads.channels
    .find(({ channel }) => channel === 'KWH')!
    .received.find(({ file_id, line, end }) => {
      return file_id === highest.file_id && line === highest.line && end === highest.end;
    })!;
  const total = bill.quantities.reduce((sum, { total_kwh }) => sum + wattHours(total_kwh), 0);
  const intervals = bill.quantities.reduce((sum, quantity) => sum + quantity.intervals, 0);
  return [
    `  ${bill.bq_id}, revision ${bill.revision}: ${kwh(total)} kWh in ${intervals} intervals,`,
    `    asked for in line ${bill.line} of ${bill.request_file_id}; made from ${bill.channel_days.length} channel days,`,
    `    the calendars and the directory of hash ${bill.hash.slice(0, 16)} (${bill.hash_is_right ? 'right' : 'WRONG'})`,
    `  its day ${day.day}, version ${day.version}, judged by ${validated.service}:`,
    `    the hour that ended ${highest.end}, ${highest.kwh} kWh, ${highest.state}`,
    `  line ${received.line} of ${received.file_name} (${received.file_id}),`,
    `    meter ${highest.meter_id}, value ${received.value}, flag ${received.flag}, sent by ${received.sender},`,
    `    in custody since ${received.custody_at}`,
  ];
}

function byEnergy(a: Interval, b: Interval): number {
  return wattHours(b.kwh ?? '') - wattHours(a.kwh ?? '');
}
