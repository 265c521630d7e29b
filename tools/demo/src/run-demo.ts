/** The demonstration from the first command to its page. */
import { formatEstDay, formatEstDayCompact } from '@mdmr/kernel';
import { liveDays } from './chapter-days.js';
import { askForUsdpIds, registerEverybody, sendHistory, synchronize } from './chapter-setup.js';
import { day } from './dates.js';
import type { DemoDriver, Progress } from './driver.js';
import { GAPS, IMPOSSIBLE } from './incidents.js';
import { makePage, type Whereabouts } from './page.js';
import { Story } from './story.js';

export interface DemoResult {
  /** what went in, what came out and where to look */
  readonly page: string;
  readonly story: Story;
}

/**
 * Runs the whole story on a fresh hub whose clock stands at CLOCK_START. Rejects with the sentence
 * of a command that refuses.
 */
export async function runDemo(
  driver: DemoDriver,
  progress: Progress,
  where: Whereabouts | null = null,
): Promise<DemoResult> {
  const story = new Story(driver, progress);
  await registerEverybody(story);
  await askForUsdpIds(story);
  await synchronize(story);
  await sendHistory(story);
  await liveDays(story);
  progress('writing the page');
  return { page: await pageOf(story, where), story };
}

function pageOf({ driver, papers }: Story, where: Whereabouts | null): Promise<string> {
  const looked = [...GAPS, IMPOSSIBLE].map((incident) => {
    return [papers.usdp(incident.sdpId), formatEstDay(incident.day)] as const;
  });
  const november = ['2026-11-01', '2026-12-01'].map((text) => formatEstDayCompact(day(text)));
  const bqId = [papers.usdp('MP-0001'), ...november].join('-');
  return makePage(driver, { traced: { bqId }, estimatedDays: looked, where });
}
