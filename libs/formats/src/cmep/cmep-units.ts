/** Channels a CMEP line can carry; GKVARH has no place in the directory, so its values are held. */
export type CmepChannel = 'KWH' | 'GKWH' | 'KVARH' | 'GKVARH';

export interface CmepUnits {
  channel: CmepChannel;
  /** A register read: field 13 is ignored and stamps need no grid. */
  register: boolean;
}

const UNITS = new Map<string, CmepUnits>(
  (['KWH', 'GKWH', 'KVARH', 'GKVARH'] as const).flatMap((channel) => [
    [channel, { channel, register: false }],
    [`${channel}REG`, { channel, register: true }],
  ]),
);

/** What field 11 means, null if the adaptor does not know it. */
export function cmepUnits(text: string): CmepUnits | null {
  return UNITS.get(text) ?? null;
}
