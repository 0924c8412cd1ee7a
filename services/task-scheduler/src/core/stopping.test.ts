import { expect, test } from 'vitest';
import { createScene } from '../testing/scene.ts';
import { leftovers } from './inspect.ts';

test('whoever waits is told, and engines get nothing any more', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('running');
  scene.submit('waiting', { timeout: 10 });
  scene.submit('held', { after: ['waiting'] });
  scene.tell({ type: 'stop.requested', msgIds: ['held', 'waiting', 'running', 'unknown'] });
  for (const msgId of ['running', 'waiting', 'held']) expect(scene.answers(msgId)).toEqual(['SchedulerStopped']);
  expect(scene.dispatches()).toEqual(['running']);
  expect(leftovers(scene.state)).toEqual([]);
  expect(scene.timers).toBe(0);
});

test('nothing is given out, and results are still taken, when the tasks are left to the next process', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('a');
  scene.submit('b');
  scene.tell({ type: 'stop.requested', msgIds: [] });
  scene.answer('a');
  expect(scene.answers('a')).toEqual(['reply']);
  expect(scene.dispatches()).toEqual(['a']);
  expect(scene.answers('b')).toEqual([]);
});
