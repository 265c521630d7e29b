/**
 * Estimation of one stretch: the ladder chooses a shape for each gap, the registers (where they bound it) the
 * energy; all due gaps of a block are made together and share one factor.
 */
import { arena } from './arena.js';
import {
  addDecimal,
  type Decimal,
  decimalOf,
  largestRemainder,
  roundDecimalToInteger,
  subDecimal,
} from '@mdmr/kernel';
import { type Axis, exactOf, NO_PIECE } from './axis.js';
import { type Block, blockService, toleranceFor } from './block.js';
import { blendWh } from './blend.js';
import { fractionToNumber, integerWeights, roundFraction, sumFractions } from './fraction.js';
import { type Gap, gapsOf, viewOf } from './gaps.js';
import type { History } from './history.js';
import { methodsOf } from './ladder/index.js';
import type { GapView, Method } from './ladder/method.js';
import { type Shaped, shapeGaps } from './shapes.js';
import type { NveReason, Scaling } from './model.js';
import { ESTIMATED, MISSING, NEEDS_PERSON, NOTHING, type Results, VALID } from './results.js';
import { sumCheck } from './rules/r-023-sum-check.js';
import { kwhText, type Remark } from './rules/rule.js';
import type { Service } from './service-book.js';
import type { Stretch } from './stretch.js';
import { contradiction, type IsAccepted, type StretchCheck } from './validate.js';

export interface Setting {
  readonly axis: Axis;
  readonly ok: Uint8Array;
  /** 1 = valid, and not in a block that failed as a whole. */
  readonly stands: Uint8Array;
  /** 1 = to be estimated now, if it has no valid value. */
  readonly due: Uint8Array;
  /** First day of each element's run without valid values. */
  readonly runStart: Int32Array;
  /** 1 = its gap is kept as it was made: nothing of it has changed. */
  readonly frozen: Uint8Array;
  readonly history: History;
  readonly isAccepted: IsAccepted;
  readonly results: Results;
}

/** Decides every element of the stretch. */
export function decideStretch(setting: Setting, check: StretchCheck): void {
  const { axis, ok, results } = setting;
  const { a, b, piece } = check.stretch;
  for (let e = a; e < b; e++) {
    if (setting.frozen[e] === 1) continue;
    if (ok[e] === 1) results.state[e] = VALID;
    else results.state[e] = axis.expected[e] === 1 ? MISSING : NOTHING;
  }
  if (check.whole !== null) markDue(setting, a, b, check.whole, true);
  else if (piece !== NO_PIECE) fillGaps(setting, check);
}

/** NVE where due, MISS where not yet; of a whole block the values that stand too. */
function markDue(setting: Setting, a: number, b: number, reason: NveReason, whole: boolean): void {
  const { axis, ok, due, results } = setting;
  for (let e = a; e < b; e++) {
    if (axis.expected[e] === 0 || (ok[e] === 1 && !whole)) continue;
    results.state[e] = due[e] === 1 ? NEEDS_PERSON : MISSING;
    if (due[e] === 1) results.reasons.set(e, reason);
  }
}

function fillGaps(setting: Setting, check: StretchCheck): void {
  const { axis } = setting;
  const { a, b } = check.stretch;
  const service = blockService(axis, check.stretch);
  if (service === null) return;
  if (check.gapReason !== null) {
    markDue(setting, a, b, check.gapReason, false);
    return;
  }
  const todo = arena.uint8(axis.n);
  const blocked = chooseTodo(setting, check.stretch, service, todo);
  const gaps = gapsOf(axis, a, b, todo);
  if (gaps.length === 0) return;
  const block = check.bounds && !blocked ? check.block : null;
  new StretchWork(setting, check, service, gaps).run(block);
}

/**
 * Marks what is to be made now. True if something of the stretch stays without a value: not yet due, not
 * expected, or in a gap that is too long; its registers bound nothing then.
 */
function chooseTodo(
  setting: Setting,
  stretch: Stretch,
  service: Service,
  todo: Uint8Array,
): boolean {
  const { axis, ok, due, runStart, results } = setting;
  let blocked = false;
  for (let e = stretch.a; e < stretch.b; e++) {
    if (ok[e] === 1 || setting.frozen[e] === 1) continue;
    const day = axis.days[axis.dayAt[e]!]!;
    const isDue = due[e] === 1 && axis.expected[e] === 1;
    // A home without supply has zeros, however long: that is no estimate that grows old.
    const ages = day.facts.status !== 'DISCONNECTED';
    const tooLong = ages && day.day - runStart[e]! + 1 > service.at['gap.days']!;
    if (isDue && !tooLong) {
      todo[e] = 1;
      continue;
    }
    blocked = true;
    if (isDue) {
      results.state[e] = NEEDS_PERSON;
      results.reasons.set(e, 'GAP_TOO_LONG');
    }
  }
  return blocked;
}

/** The making of the due gaps of one stretch. */
class StretchWork {
  readonly #views: GapView[] = [];

  constructor(
    private readonly setting: Setting,
    private readonly check: StretchCheck,
    private readonly service: Service,
    private readonly gaps: readonly Gap[],
  ) {}

  /** `block` null: without registers. */
  run(block: Block | null): void {
    if (block !== null && this.#contradicts(block)) {
      if (this.#accepted(block)) this.run(null);
      return;
    }
    const zeros = this.#zeroGaps(block);
    const rest = this.gaps.filter((gap) => !zeros.has(gap));
    const energy = block === null ? null : this.#energyFor(block, rest);
    this.#look(energy === null ? null : Number(roundDecimalToInteger(energy)));
    for (const [gap, method] of zeros) this.#giveZero(gap, method, block);
    const shaped = this.#shapes(rest, block, energy);
    const unshaped = rest.length - shaped.length;
    if (block !== null && energy !== null && unshaped === 0) this.#give(shaped, block, energy);
    else for (const one of shaped) this.#giveAlone(one);
    if (block === null || unshaped > 0 || !this.#failsSum(block)) return;
    if (this.#accepted(block)) this.run(null);
    else this.#rejectAll();
  }

  /** A person lets the values stand against the sum check: the registers bound nothing then. */
  #accepted(block: Block): boolean {
    return this.setting.isAccepted(sumCheck.id, block.stretch.a, block.stretch.b);
  }

  #view(gap: Gap): GapView {
    return this.#views[this.gaps.indexOf(gap)]!;
  }

  #look(energyWh: number | null): void {
    const { axis, stands, history } = this.setting;
    const common = { axis, stands, history, at: this.service.at };
    this.#views.length = 0;
    for (const gap of this.gaps) this.#views.push(viewOf(gap, { ...common, energyWh }));
  }

  /** Energy of the block that stays, with everything in [a, b) but these gaps. */
  #energyFor(block: Block, rest: readonly Gap[]): Decimal {
    const { axis, ok } = this.setting;
    let energy = block.exactRegisterWh;
    if (rest.length === 0) return decimalOf(0);
    for (let e = block.stretch.a; e < block.stretch.b; e++) {
      if (ok[e] === 1) energy = subDecimal(energy, exactOf(axis, e));
    }
    return energy;
  }

  /** Measured energy beyond the register's by more than T. */
  #contradicts(block: Block): boolean {
    const energy = toNumber(this.#energyFor(block, this.gaps));
    const tolerance = this.#tolerance(block);
    if (energy >= -tolerance - 1e-6) return false;
    const remark = { value: kwhText(-energy), limit: kwhText(tolerance) };
    const accepted = this.#accepted(block);
    this.#note(block, { severity: 'FAIL', ...remark }, accepted);
    const reason = contradiction(this.setting.axis, this.check.stretch);
    if (!accepted) {
      for (const gap of this.gaps) markDue(this.setting, gap.from, gap.to, reason, false);
    }
    return true;
  }

  #tolerance(block: Block): number {
    const { axis, ok } = this.setting;
    let sum = 0;
    for (let e = block.stretch.a; e < block.stretch.b; e++) if (ok[e] === 1) sum += axis.value[e]!;
    return toleranceFor(block, sum);
  }

  #note(block: Block, remark: Remark, accepted = false): void {
    const { a, b } = block.stretch;
    this.setting.results.notes.push({ rule: sumCheck, remark, accepted, a, b });
  }

  /** Gaps that are zero: outage; disconnected, unless there are only such and the registers show use. */
  #zeroGaps(block: Block | null): Map<Gap, Method> {
    this.#look(null);
    const found = new Map<Gap, Method>();
    const yielding: Gap[] = [];
    for (const gap of this.gaps) {
      const view = this.#view(gap);
      for (const method of methodsOf(this.service.ladder)) {
        if (method.kind !== 'zero' || !method.applies(view)) continue;
        found.set(gap, method);
        if (method.yieldsToRegisters) yielding.push(gap);
        break;
      }
    }
    if (block !== null && yielding.length > 0 && found.size === this.gaps.length) {
      const energy = toNumber(this.#energyFor(block, this.gaps));
      if (energy > this.#tolerance(block) + 1e-6) for (const gap of yielding) found.delete(gap);
    }
    return found;
  }

  #giveZero(gap: Gap, method: Method, block: Block | null): void {
    const weights = new Array<number>(gap.to - gap.from).fill(0);
    const energyWh = block === null ? null : 0;
    this.#put(gap, method.code, 'ZERO', weights, { energyWh, factor: null, block, donorDays: [] });
  }

  /** The ladder's shape of each gap; a gap without one is NVE NO_HISTORY and left out. */
  #shapes(rest: readonly Gap[], block: Block | null, energy: Decimal | null): Shaped[] {
    const exact = energy === null ? null : toNumber(energy);
    const isZero = block !== null && Math.abs(exact!) <= this.#tolerance(block) + 1e-6;
    const energyWh = block === null ? null : exact;
    const views = rest.map((gap) => ({ gap, view: this.#view(gap) }));
    const { shaped, without } = shapeGaps(views, this.service.ladder, energyWh, isZero);
    for (const gap of without) markDue(this.setting, gap.from, gap.to, 'NO_HISTORY', false);
    return shaped;
  }

  /** Scaled or blended to the registers, all gaps as one. */
  #give(shaped: readonly Shaped[], block: Block, energy: Decimal): void {
    if (shaped.length === 0) return;
    const shapes = shaped.flatMap((s) => s.shape);
    const shapeWh = fractionToNumber(sumFractions(shapes));
    const flatZero = this.setting.axis.facts.channel === 'GKWH' && shapeWh === 0;
    const { totalWh, scaling } = flatZero
      ? { totalWh: 0, scaling: 'ZERO' as Scaling }
      : this.#target(block, energy, shapeWh);
    const even = shapeWh === 0 && totalWh > 0;
    const weights = even
      ? shaped.flatMap((s) => this.#view(s.gap).slots.map((slot) => slot.shareMs))
      : integerWeights(shapes);
    const parts = totalWh === 0 ? weights.map(() => 0) : largestRemainder(totalWh, weights);
    const factor = shapeWh === 0 ? null : factorText(totalWh / shapeWh);
    let at = 0;
    for (const { gap, method, donorDays } of shaped) {
      const values = parts.slice(at, (at += gap.to - gap.from));
      const code = even ? 'EST-FLT' : method.code;
      const how: Scaling = even || method.kind === 'flat' ? 'FLAT' : scaling;
      const facts = { energyWh: Number(roundDecimalToInteger(energy)), factor, block, donorDays };
      this.#put(gap, code, totalWh === 0 ? 'ZERO' : how, values, facts);
    }
  }

  /** E_gap, or between it and the shape's own energy where the registers are coarse. */
  #target(block: Block, energy: Decimal, shapeWh: number): { totalWh: number; scaling: Scaling } {
    const exact = toNumber(energy);
    const tolerance = this.#tolerance(block);
    if (exact < 0) {
      const remark = { value: kwhText(-exact), limit: kwhText(tolerance) };
      this.#note(block, { severity: 'WARN', ...remark });
      return { totalWh: 0, scaling: 'ZERO' };
    }
    const stepKwh = block.m * block.r;
    if (this.service.strict || stepKwh <= this.service.at['scale.max']! + 1e-12) {
      return { totalWh: Number(roundDecimalToInteger(energy)), scaling: 'SCALED' };
    }
    const totalWh = blendWh(exact, shapeWh, stepKwh, tolerance);
    const rest = exact - totalWh;
    if (Math.abs(rest) >= 0.5) {
      const remark = { value: kwhText(Math.abs(rest)), limit: kwhText(tolerance) };
      this.#note(block, { severity: 'INFO', ...remark });
    }
    return { totalWh, scaling: 'BLENDED' };
  }

  /** Without registers each interval is rounded by itself. */
  #giveAlone(one: Shaped): void {
    const values = one.shape.map(roundFraction);
    const facts = { energyWh: null, factor: null, block: null, donorDays: one.donorDays };
    this.#put(one.gap, one.method.code, 'NONE', values, facts);
  }

  #put(
    gap: Gap,
    method: string,
    scaling: Scaling,
    values: readonly number[],
    facts: {
      energyWh: number | null;
      factor: string | null;
      block: Block | null;
      donorDays: readonly number[];
    },
  ): void {
    const { results } = this.setting;
    const { energyWh, factor, block, donorDays } = facts;
    const registerFrom = block?.left.instant ?? null;
    const registerTo = block?.right.instant ?? null;
    const group = { method, scaling, energyWh, factor, registerFrom, registerTo, donorDays };
    for (let e = gap.from; e < gap.to; e++) {
      results.state[e] = ESTIMATED;
      results.wh[e] = values[e - gap.from]!;
      results.groups.set(e, group);
    }
  }

  /** R-023 again, with the estimates in the sum. */
  #failsSum(block: Block): boolean {
    const { axis, ok, results } = this.setting;
    const { a, b } = block.stretch;
    let sum = decimalOf(0);
    for (let e = a; e < b; e++) {
      const value = ok[e] === 1 ? exactOf(axis, e) : decimalOf(results.wh[e]!);
      sum = addDecimal(sum, value);
    }
    const difference = Math.abs(toNumber(subDecimal(sum, block.exactRegisterWh)));
    const tolerance = toleranceFor(block, toNumber(sum));
    if (difference <= tolerance + 1e-6) return false;
    const remark = { value: kwhText(difference), limit: kwhText(tolerance) };
    this.#note(block, { severity: 'FAIL', ...remark }, this.#accepted(block));
    return true;
  }

  #rejectAll(): void {
    const { results } = this.setting;
    for (const gap of this.gaps) {
      for (let e = gap.from; e < gap.to; e++) {
        results.state[e] = NEEDS_PERSON;
        results.groups.delete(e);
        results.reasons.set(e, 'RESULT_FAILS_LIMITS');
      }
    }
  }
}

function toNumber(value: Decimal): number {
  return Number(value.units) / 10 ** value.scale;
}

/** Up to six decimals, no trailing zeros. */
function factorText(factor: number): string {
  return String(Number(factor.toFixed(6)));
}
