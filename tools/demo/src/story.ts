/** What is at hand in every chapter. */
import { formatInstant, type Instant } from '@mdmr/kernel';
import { MAPLE, makeCast, type Cast, type Ldc, type Point } from './cast.js';
import { FIRST_DAY } from './dates.js';
import { Papers } from './directory-rows.js';
import type { DemoDriver, Progress } from './driver.js';
import { Metering } from './metering.js';
import type { SentFile } from './read-files.js';

export class Story {
  readonly cast: Cast = makeCast();
  readonly metering = new Metering(this.cast);
  private readonly ids = new Map<string, string>();
  readonly papers = new Papers(this.metering, this.ids);

  constructor(
    readonly driver: DemoDriver,
    readonly progress: Progress,
  ) {}

  /** The points an LDC had on the first day. */
  pointsOf(ldc: Ldc): Point[] {
    return this.cast.points.filter((point) => point.ldc === ldc && point.since === FIRST_DAY);
  }

  /** The home of the new street. */
  newHome(): Point {
    return this.cast.points.find((point) => point.ldc === MAPLE && point.since !== FIRST_DAY)!;
  }

  /** The points of a billing cycle that are known to the hub. */
  cycle(number: string): Point[] {
    const isIn = ({ ldc, cycle, sdpId }: Point) =>
      ldc === MAPLE && cycle === number && this.ids.has(sdpId);
    return this.cast.points.filter(isIn);
  }

  async send(files: readonly SentFile[]): Promise<void> {
    for (const { org, name, content } of files) await this.driver.drop(org, name, content);
  }

  /** Moves the hub's clock; what is due on the way is done first. */
  async clockTo(instant: Instant): Promise<void> {
    await this.driver.mdmr('clock', 'set', formatInstant(instant));
  }

  /** Learns the USDP IDs of all responses that an LDC has got. */
  async learnUsdpIds(ldc: Ldc): Promise<void> {
    const names = await this.driver.outbox(ldc);
    for (const name of names.filter((n) => n.startsWith(`${ldc}_USDP-RSP_`))) {
      const lines = (await this.driver.read(ldc, name)).split('\n');
      for (const [type, sdpId, usdpId] of lines.map((line) => line.split(','))) {
        if (type === 'SDP') this.ids.set(sdpId!, usdpId!);
      }
    }
  }

  usdpIds(): ReadonlyMap<string, string> {
    return this.ids;
  }
}
