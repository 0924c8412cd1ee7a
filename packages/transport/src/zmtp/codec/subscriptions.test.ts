import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultLimits } from '../limits.ts';
import { createSubscriptions, encodeSubscription, readSubscription } from './subscriptions.ts';

const topic = fc.array(fc.constantFrom(0, 65, 255), { maxLength: 4 }).map((bytes) => Uint8Array.from(bytes));
const change = fc.record({ adds: fc.boolean(), topic });

test('a topic is wanted when it begins with something subscribed, as a plain list says', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), topic, (changes, published) => {
      const own = createSubscriptions(defaultLimits());
      const model = new Map<string, Uint8Array>();
      for (const { adds, topic } of changes) {
        if (adds) own.add(topic);
        else own.remove(topic);
        if (adds) model.set(topic.join(), topic);
        else model.delete(topic.join());
      }
      const isWanted = [...model.values()].some((prefix) => prefix.every((byte, i) => published[i] === byte));
      expect(own.all || own.match(published)).toBe(isWanted);
      expect(own.match(published)).toBe(isWanted);
    }),
    { numRuns: 500 },
  );
});

test('too many, or too long: refused', () => {
  const few = createSubscriptions({ subscriptions: 2, subscriptionBytes: 100 });
  few.add(Uint8Array.of(1));
  few.add(Uint8Array.of(1));
  few.add(Uint8Array.of(2));
  expect(() => few.add(Uint8Array.of(3))).toThrow('too much');
  const short = createSubscriptions({ subscriptions: 100, subscriptionBytes: 10 });
  expect(() => short.add(new Uint8Array(11))).toThrow('too much');
});

test('both forms on the wire', () => {
  const text = Buffer.from('topic');
  expect(encodeSubscription(text, 1)).toEqual(Buffer.from('\x04\x0f\x09SUBSCRIBEtopic', 'latin1'));
  expect(encodeSubscription(text, 0)).toEqual(Buffer.from('\x00\x06\x01topic', 'latin1'));
  expect(readSubscription([Buffer.from('\x01topic')])).toEqual({ subscribes: true, topic: text });
  expect(readSubscription([Buffer.from('\0')])).toEqual({ subscribes: false, topic: Buffer.alloc(0) });
  for (const frames of [[], [Buffer.alloc(0)], [Buffer.from([2])], [Buffer.from([1]), Buffer.from([1])]])
    expect(readSubscription(frames)).toBe(undefined);
});
