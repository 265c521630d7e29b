import { dammDigit } from '@mdmr/kernel';

/** A whole number in [0, below), every one as likely as any other. */
export type RandomBelow = (below: number) => number;

const FIRST = 100_000_000;
const COUNT = 900_000_000;

/**
 * The USDP ID of a number in [0, 900,000,000): nine digits, the first not 0, and their Damm digit.
 */
export function usdpIdOf(number: number): string {
  const digits = String(FIRST + number);
  return digits + dammDigit(digits);
}

/**
 * `count` USDP IDs drawn at random, all different. Whether one was issued before is for the caller
 * to ask: it draws again for those that were.
 */
export function drawUsdpIds(count: number, random: RandomBelow): string[] {
  const drawn = new Set<string>();
  while (drawn.size < count) drawn.add(usdpIdOf(random(COUNT)));
  return [...drawn];
}
