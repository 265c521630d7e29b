import {
  attributeStored,
  channelDayAttributed,
  flagOf,
  itemsOf,
  slotsOf,
  stampOf,
  type ChannelDayKey,
  type DirectoryView,
  type StoredBlock,
} from '../decide/index.js';
import { decimalOf, decimalToString, formatEstDay, formatInstant } from '@mdmr/kernel';
import type { EventValue } from '@mdmr/events';

/** A received value that speaks for an interval, or would if attribution let it. */
export interface TracedValue {
  readonly file_id: string;
  readonly file_name: string;
  readonly line: number;
  readonly custody_at: string;
  readonly sender: string;
  readonly meter_id: string;
  readonly end: string;
  /** Meter units, field 12 applied; null = no value. */
  readonly value: string | null;
  readonly flag: string;
  readonly interval_minutes: number;
  readonly state: string;
  readonly usdp_id: string | null;
  readonly reason: string | null;
}

/** A channel day with everything it was made from. */
export interface IntervalTrace {
  readonly usdp_id: string;
  readonly day: string;
  readonly channel: string;
  readonly version: number;
  readonly channel_day: EventValue<'reads.ChannelDayAttributed'>;
  readonly received: readonly TracedValue[];
}

/** Every value of the blocks, oldest custody first. */
export function tracedValues(view: DirectoryView, blocks: readonly StoredBlock[]): TracedValue[] {
  const values: TracedValue[] = [];
  for (const block of blocks) {
    const items = itemsOf(block);
    const attributions = attributeStored(view, block);
    for (let i = 0; i < slotsOf(block); i++) {
      const item = items[i];
      if (!item) continue;
      values.push({
        file_id: block.file.fileId,
        file_name: block.file.fileName,
        line: block.line,
        custody_at: formatInstant(block.file.custodyAtMs),
        sender: block.file.sender,
        meter_id: attributions[i]?.meter?.meterId ?? block.deviceId,
        end: formatInstant(stampOf(block, i)),
        value: valueText(block, i),
        flag: flagOf(block, i),
        interval_minutes: block.intervalMinutes,
        state: item.state,
        usdp_id: item.usdpId,
        reason: item.reason,
      });
    }
  }
  return values;
}

function valueText(block: StoredBlock, index: number): string | null {
  if (flagOf(block, index) === 'N') return null;
  const { units, scale } =
    block.intervalMinutes === 0
      ? block.registers[index]!
      : { units: block.values[index] ?? 0, scale: block.scale };
  return decimalToString(decimalOf(units, scale));
}

export function traceOf(
  key: ChannelDayKey,
  version: number,
  day: Parameters<typeof channelDayAttributed>[0],
  received: readonly TracedValue[],
): IntervalTrace {
  return {
    usdp_id: key.usdpId,
    day: formatEstDay(key.estDay),
    channel: key.channel,
    version,
    channel_day: channelDayAttributed(day, 0, version, 'READ'),
    received,
  };
}
