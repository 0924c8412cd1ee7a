import { describe, expect, test } from 'vitest';
import { beat, messageOf } from './contract/kit.ts';
import { busContract } from './contract.ts';
import { createInProcessBus } from './index.ts';

busContract(
  'in-process',
  async (onError) => {
    const bus = createInProcessBus(onError);
    return { near: bus, far: bus, settle: async () => {} };
  },
  { describe, test, expect },
);

function quietBus() {
  return createInProcessBus((error) => {
    throw error;
  });
}

test('delivery is a function call, and messages are the same objects', () => {
  const bus = quietBus();
  const message = messageOf('a');
  const heard: unknown[] = [];
  bus.subscribe('task.finished', (fact) => heard.push(fact.message));
  bus.publish({ type: 'task.finished', message });
  expect(heard).toEqual([message]);
  expect(heard[0]).toBe(message);
});

test('all subscribers see facts in the same order, also those published by a subscriber', () => {
  const bus = quietBus();
  const heard: string[] = [];
  const engine = { id: 0, uuid: 'a', kernel: 'node' };
  bus.subscribe('heart.started', () => bus.publish({ type: 'engine.registered', engine }));
  for (const who of ['first', 'second'])
    for (const type of ['heart.started', 'engine.registered'] as const)
      bus.subscribe(type, (fact) => heard.push(`${who} ${fact.type}`));
  bus.publish(beat('a'));
  expect(heard).toEqual([
    'first heart.started',
    'second heart.started',
    'first engine.registered',
    'second engine.registered',
  ]);
});

test('a bus whose owner does not take errors goes on all the same', () => {
  const bus = quietBus();
  let heard = 0;
  const end = bus.subscribe('heart.started', () => {
    throw new Error('broken');
  });
  expect(() => bus.publish(beat('a'))).toThrow('broken');
  end();
  bus.subscribe('heart.started', () => heard++);
  bus.publish(beat('b'));
  expect(heard).toBe(1);
});
