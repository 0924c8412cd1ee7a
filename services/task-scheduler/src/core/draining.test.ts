import { expect, test } from 'vitest';
import { createScene } from '../testing/scene.ts';
import { busyOf } from './draining.ts';

test('a drained engine finishes what it has and gets nothing new; when it is resumed it gets work at once', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('a');
  scene.submit('b');
  scene.tell({ type: 'drain.started', uuid: 'e1' });
  scene.tell({ type: 'drain.started', uuid: 'e1' });
  expect(busyOf(scene.state, ['e1', 'unknown'])).toEqual(['e1']);
  scene.answer('a');
  expect(busyOf(scene.state, ['e1'])).toEqual([]);
  expect(scene.runningOn('e1')).toEqual([]);
  scene.submit('c', { targets: ['e1'] });
  expect(scene.answers('c')).toEqual([]);
  scene.tell({ type: 'drain.ended', uuid: 'e1' });
  expect(scene.engineOf('b')).toBe('e1');
  scene.answer('b');
  expect(scene.engineOf('c')).toBe('e1');
  scene.tell({ type: 'drain.ended', uuid: 'e1' });
  scene.tell({ type: 'drain.ended', uuid: 'unknown' });
  expect(scene.dispatches()).toEqual(['a', 'b', 'c']);
});

test('others take over; what can only run on a drained engine waits, and is impossible when that engine is gone', () => {
  const scene = createScene({ hwm: 0 });
  scene.register('e1');
  scene.register('e2');
  scene.submit('first', { targets: ['e1'] });
  scene.tell({ type: 'drain.started', uuid: 'e1' });
  scene.submit('any');
  scene.submit('bound', { targets: ['e1'] });
  scene.submit('following', { follow: ['first'] });
  scene.answer('first');
  expect(scene.engineOf('any')).toBe('e2');
  for (const msgId of ['bound', 'following']) expect(scene.answers(msgId)).toEqual([]);
  scene.lose('e1');
  for (const msgId of ['bound', 'following']) expect(scene.answers(msgId)).toEqual(['ImpossibleDependency']);
});

test('a drain is forgotten with the engine', () => {
  const scene = createScene();
  scene.register('e1');
  scene.tell({ type: 'drain.started', uuid: 'e1' });
  scene.lose('e1');
  scene.register('e1', { id: 7 });
  scene.submit('a');
  expect(scene.engineOf('a')).toBe('e1');
});

test('a retry does not go to a drained engine', () => {
  const scene = createScene();
  scene.register('e1');
  scene.register('e2');
  scene.submit('a', { retries: 1, targets: ['e1'] });
  scene.tell({ type: 'drain.started', uuid: 'e2' });
  scene.submit('b', { retries: 1 });
  scene.answer('a', { status: 'error' });
  expect(scene.runningOn('e2')).toEqual([]);
  expect(scene.engineOf('b')).toBe('e1');
});
