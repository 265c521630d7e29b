/** What an SDP lacks on a day to be readable and billable. */
import { DAY_MS, dayOfInstant, startOfDay } from '@mdmr/kernel';
import type { EstDay } from '@mdmr/kernel';
import { covers, inForce } from './directory.js';
import type { Values, Version } from './directory.js';
import type { Draft } from './draft.js';

export class Lacks {
  readonly #draft: Draft;
  readonly #known = new Map<EstDay, Map<string, string>>();

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  /** `+`-joined, in fixed order; empty = nothing. Judged on the later of `at` and the day of application. */
  of(usdp: string, at: number): string {
    const day = dayOfInstant(Math.max(at, this.#draft.dayStart));
    let known = this.#known.get(day);
    if (known === undefined) {
      known = new Map();
      this.#known.set(day, known);
    }
    let lacks = known.get(usdp);
    if (lacks === undefined) {
      lacks = this.#judge(usdp, day).join('+');
      known.set(usdp, lacks);
    }
    return lacks;
  }

  #judge(usdp: string, day: EstDay): string[] {
    const start = startOfDay(day);
    // A meter removed in the course of the day is lacking, one installed in its course is there.
    const end = start + DAY_MS - 1;
    const sdp = this.#inForce('SDP', usdp, start);
    const service = this.#inForce('SVC', usdp, start);
    const lacks: string[] = [];
    const status = sdp?.['status'];
    if (status !== 'ACTIVE' && status !== 'DISCONNECTED') lacks.push('ACTIVE');
    if (!this.#covered('INS', usdp, '', end)) lacks.push('METER');
    const read = this.#covered('ORG', usdp, 'AMI_OPERATOR', start);
    if (!read && !this.#covered('ORG', usdp, 'LDC', start)) lacks.push('AMI_OPERATOR');
    if (!this.#hasVee(sdp, service, day)) lacks.push('VEE_SERVICE');
    if (!this.#hasFraming(service, day)) lacks.push('FRAMING');
    return lacks;
  }

  #inForce(type: 'SDP' | 'SVC', usdp: string, at: number): Values | null {
    const versions = this.#draft.after(type, usdp).entries.map((e) => e.version);
    return inForce(versions, at)?.values ?? null;
  }

  #covered(type: 'INS' | 'ORG', usdp: string, name: string, at: number): boolean {
    const { entries } = this.#draft.after(type, usdp, name);
    return entries.some(({ version }: { version: Version }) => covers(version, at));
  }

  #hasVee(sdp: Values | null, service: Values | null, day: EstDay): boolean {
    if (service?.['vee_service']) return true;
    const category = sdp?.['category'];
    return category !== undefined && this.#draft.facts.defaultVee(category, day) !== null;
  }

  /** A framing that can be billed: TOU only while its calendar has bins. */
  #hasFraming(service: Values | null, day: EstDay): boolean {
    if (service === null) return false;
    if (service['framing'] !== 'TOU') return true;
    const calendar = this.#draft.facts.calendar(service['energy_purchase_service'] ?? '');
    return calendar !== null && calendar.hasBinsOn(day);
  }
}
