import { expect, test } from 'vitest';
import type { Fact } from './facts.ts';
import { createInProcessBus } from './index.ts';

const engine = { id: 0, uuid: 'a', kernel: 'node' };

test('a fact reaches the subscribers of its type, until they end the subscription', () => {
  const bus = createInProcessBus((error) => {
    throw error;
  });
  const heard: string[] = [];
  const end = bus.subscribe('heart.started', ({ uuid }) => heard.push(uuid));
  bus.publish({ type: 'heart.started', uuid: 'a' });
  bus.publish({ type: 'heart.stopped', uuid: 'b' });
  end();
  bus.publish({ type: 'heart.started', uuid: 'c' });
  expect(heard).toEqual(['a']);
});

test('all subscribers see facts in the same order, also those published by a subscriber', () => {
  const bus = createInProcessBus((error) => {
    throw error;
  });
  const heard: string[] = [];
  const hear = (who: string) => (fact: Fact) => heard.push(`${who} ${fact.type}`);
  bus.subscribe('heart.started', () => bus.publish({ type: 'engine.registered', engine }));
  for (const who of ['first', 'second']) {
    bus.subscribe('heart.started', hear(who));
    bus.subscribe('engine.registered', hear(who));
  }
  bus.publish({ type: 'heart.started', uuid: 'a' });
  expect(heard).toEqual([
    'first heart.started',
    'second heart.started',
    'first engine.registered',
    'second engine.registered',
  ]);
});

test('a subscriber that throws is told of, and the others still hear', () => {
  const errors: [unknown, string][] = [];
  const bus = createInProcessBus((error, fact) => errors.push([error, fact.type]));
  const broken = new Error('broken');
  let heard = 0;
  bus.subscribe('heart.stopped', () => {
    throw broken;
  });
  bus.subscribe('heart.stopped', () => heard++);
  bus.publish({ type: 'heart.stopped', uuid: 'a' });
  bus.publish({ type: 'heart.stopped', uuid: 'a' });
  expect(heard).toBe(2);
  expect(errors).toEqual([
    [broken, 'heart.stopped'],
    [broken, 'heart.stopped'],
  ]);
});
