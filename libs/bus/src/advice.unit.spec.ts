import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { TopicPartitionOffset } from 'kafkajs';
import { Advice } from './advice.js';

/** A group that answers a commit only when it is told to. */
class SlowGroup {
  readonly has: Record<string, string> = {};
  private readonly asked: { offsets: TopicPartitionOffset[]; answer: (ok: boolean) => void }[] = [];

  readonly commit = (offsets: TopicPartitionOffset[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const answer = (ok: boolean) => {
        if (!ok) return reject(new Error('told to fail'));
        for (const { topic, partition, offset } of offsets)
          this.has[`${topic}/${partition}`] = offset;
        resolve();
      };
      this.asked.push({ offsets, answer });
    });

  get waiting(): number {
    return this.asked.length;
  }

  /** Answers the commit that was asked for last, as a broker that comes back may. */
  async answerLast(ok = true): Promise<void> {
    this.asked.pop()!.answer(ok);
    await turn();
  }
}

describe('what the group is told', () => {
  it('never goes back, in whatever order the brokers answer', async () => {
    const group = new SlowGroup();
    const advice = new Advice(group.commit, () => undefined);
    const first = advice.give('t', 0, 56);
    const second = advice.give('t', 0, 70);
    advice.note('t', 0, 60);
    while (group.waiting > 0) await group.answerLast();
    await Promise.all([first, second]);
    expect(group.has).toEqual({ 't/0': '70' });
    advice.note('t', 0, 56);
    const other = advice.give('t', 1, 5);
    await group.answerLast();
    await other;
    expect(group.has).toEqual({ 't/0': '70', 't/1': '5' });
    advice.close();
  });

  it('is one commit for all partitions that wait', async () => {
    const group = new SlowGroup();
    const advice = new Advice(group.commit, () => undefined);
    const all = [advice.give('t', 0, 1), advice.give('t', 1, 1), advice.give('t', 2, 1)];
    await turn();
    expect(group.waiting).toBe(1);
    await group.answerLast();
    expect(group.waiting).toBe(1);
    await group.answerLast();
    await Promise.all(all);
    expect(group.has).toEqual({ 't/0': '1', 't/1': '1', 't/2': '1' });
    advice.close();
  });

  it('is said again with the next commit when it was not taken, unless the group was joined', async () => {
    const group = new SlowGroup();
    const advice = new Advice(group.commit, () => undefined);
    const lost = advice.give('t', 0, 7);
    await group.answerLast(false);
    await lost;
    const next = advice.give('t', 1, 2);
    await group.answerLast();
    await next;
    expect(group.has).toEqual({ 't/0': '7', 't/1': '2' });
    const forgotten = advice.give('t', 0, 8);
    await group.answerLast(false);
    await forgotten;
    advice.forget();
    const last = advice.give('t', 1, 3);
    await group.answerLast();
    await last;
    expect(group.has).toEqual({ 't/0': '7', 't/1': '3' });
    advice.close();
  });
});
