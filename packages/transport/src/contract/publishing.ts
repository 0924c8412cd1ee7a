import type { Check, Runner } from './kit.ts';
import { inboxOf, meet, say, until } from './kit.ts';

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));
const onlyNumbers = (texts: string[]): string[] => texts.filter((words) => /^\d+$/.test(words));

export function checkPublishing(check: Check, { expect }: Runner): void {
  check('every subscriber gets everything, in order', async (kit) => {
    const [publisher, endpoint] = await kit.bound('pub');
    const inboxes = [1, 2, 3].map(() => inboxOf(kit.connected('sub', endpoint)));
    for (const inbox of inboxes) await meet(publisher, inbox);
    for (const words of numbers(5_000)) say(publisher, words);
    for (const inbox of inboxes) {
      await until(
        () => onlyNumbers(inbox.texts()).length === 5_000,
        () => `5000 messages; ${onlyNumbers(inbox.texts()).length} came`,
      );
      expect(onlyNumbers(inbox.texts())).toEqual(numbers(5_000));
      expect(inbox.received[0]!.peer).toBe('');
    }
  });

  check('publishers connect to a subscriber that is bound', async (kit) => {
    const [subscriber, endpoint] = await kit.bound('sub');
    const inbox = inboxOf(subscriber);
    const publishers = ['a', 'b'].map((identity) => kit.connected('pub', endpoint, { identity }));
    for (const [i, publisher] of publishers.entries()) {
      await until(
        () => {
          say(publisher, `hello ${i}`);
          return inbox.texts().includes(`hello ${i}`);
        },
        () => `publisher ${i} is heard`,
      );
    }
    for (const words of numbers(1_000)) for (const publisher of publishers) say(publisher, words);
    await until(
      () => onlyNumbers(inbox.texts()).length === 2_000,
      () => `2000 messages; ${onlyNumbers(inbox.texts()).length} came`,
    );
  });

  check('what nobody has subscribed to is dropped, and not kept for later', async (kit) => {
    const [publisher, endpoint] = await kit.bound('pub');
    for (let n = 0; n < 100; n++) say(publisher, 'early');
    const inbox = inboxOf(kit.connected('sub', endpoint));
    await meet(publisher, inbox);
    expect(inbox.texts()).not.toContain('early');
    expect(publisher.queued).toEqual({ messages: 0, bytes: 0 });
  });

  check('a subscriber that leaves, or never reads, takes nothing from the others', async (kit) => {
    const [publisher, endpoint] = await kit.bound('pub');
    const leaving = kit.connected('sub', endpoint, { lingerMs: 0 });
    await meet(publisher, inboxOf(leaving));
    kit.connected('sub', endpoint, { lingerMs: 0 });
    const inbox = inboxOf(kit.connected('sub', endpoint));
    await meet(publisher, inbox);
    for (const words of numbers(2_000)) {
      say(publisher, words);
      if (words === '1000') await leaving.close();
    }
    await until(
      () => onlyNumbers(inbox.texts()).length === 2_000,
      () => `2000 messages; ${onlyNumbers(inbox.texts()).length} came`,
    );
    expect(onlyNumbers(inbox.texts())).toEqual(numbers(2_000));
  });

  check('a PUB receives nothing and a SUB sends nothing: both throw', async (kit) => {
    const [publisher, subscriber] = [kit.open('pub'), kit.open('sub')];
    expect(() => publisher.onMessages(() => {})).toThrow('PUB');
    expect(() => say(subscriber, 'x')).toThrow('SUB');
  });
}
