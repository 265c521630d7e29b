/** Service points as a set states them, so that scenarios only say what differs. */
import type { Parts } from './scenario.js';

export interface PointText {
  readonly usdp: string;
  readonly sdp: string;
  readonly meter: string;
  readonly amcc: string;
  readonly from: string;
  readonly zone?: string;
  readonly category?: string;
  readonly minutes?: number;
  readonly multiplier?: string;
  readonly channels?: string;
  /** `KWH=0` and the like. */
  readonly reads?: string;
  readonly account?: string;
  readonly ami?: string;
  readonly agent?: string;
  /** Fields of SVC behind effective_from. */
  readonly service?: string;
}

/** Records of service points that are whole: point, meter, installation, account, orgs, service. */
export function wholeParts(points: readonly PointText[]): Parts {
  const each = (make: (point: PointText) => readonly string[]) => points.flatMap(make);
  return {
    1: each((p) => [
      `SDP,${p.usdp},${p.sdp},${p.from},ACTIVE,,,${p.zone ?? 'EASTERN'},${p.category ?? 'RESIDENTIAL'}`,
    ]),
    2: each((p) => [
      `MTR,${p.meter},D-${p.meter},${p.amcc},${p.from},${p.minutes ?? 60},${p.multiplier ?? '1'},6,` +
        `${p.channels ?? 'KWH'},3`,
    ]),
    3: each((p) => [
      `INS,${p.usdp},${p.meter},${midnight(p.from)}${p.reads === undefined ? '' : `,,${p.reads}`}`,
    ]),
    4: each((p) => [`ACC,${p.usdp},${p.account ?? `A-${p.sdp}`},${p.from}`]),
    5: each((p) => [
      ...(p.ami === undefined ? [] : [`ORG,${p.usdp},AMI_OPERATOR,${p.ami},${p.from}`]),
      ...(p.agent === undefined ? [] : [`ORG,${p.usdp},BILLING_AGENT,${p.agent},${p.from}`]),
    ]),
    6: each((p) => [`SVC,${p.usdp},${p.from},${p.service ?? 'STD,TOU,ON-TOU,R1'}`]),
  };
}

export const midnight = (day: string) => `${day}T00:00:00-05:00`;

/** Parts of several, part by part, one behind the other. */
export function joined(...all: readonly Parts[]): Parts {
  const parts: Record<number, string[]> = {};
  for (let part = 1; part <= 6; part += 1) parts[part] = all.flatMap((one) => one[part] ?? []);
  return parts;
}

/** The parts with some records changed or left out. */
export function edited(parts: Parts, edit: (record: string) => string | null): Parts {
  return Object.fromEntries(
    Object.entries(parts).map(([part, records]) => [
      part,
      records.flatMap((record) => edit(record) ?? []),
    ]),
  );
}
