import { expect, test } from 'vitest';
import { createScene } from '../testing/scene.ts';

test('a reply goes to the client that asked, with the id of the engine', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('t1', {}, { client: '\0abcd' });
  scene.answer('t1');
  expect(scene.sends.at(-2)).toMatchObject({ type: 'client.reply', client: '\0abcd', engineUuid: 'e1' });
  expect(scene.sends.at(-1)).toMatchObject({ type: 'fact.publish', fact: { type: 'task.finished' } });
});

test('replies that nobody waits for change nothing: unknown, from another engine, a second time', () => {
  const scene = createScene();
  scene.register('e1');
  scene.register('e2');
  scene.submit('t1', { targets: ['e1'] });
  const { length } = scene.sends;
  scene.answer('nothing', {}, { engine: 'e1' });
  scene.answer('t1', {}, { engine: 'e2' });
  expect(scene.sends).toHaveLength(length);
  scene.answer('t1');
  scene.answer('t1', {}, { engine: 'e1' });
  expect(scene.answers('t1')).toEqual(['reply']);
});

test('retries: never twice on the same engine, in its old place, and the last failure is shown', () => {
  const scene = createScene();
  for (const uuid of ['e1', 'e2', 'e3']) scene.register(uuid);
  scene.submit('t1', { retries: 1 });
  const first = scene.engineOf('t1');
  scene.answer('t1', { status: 'error' });
  expect(scene.answers('t1')).toEqual([]);
  expect(scene.engineOf('t1')).toBeDefined();
  expect(scene.engineOf('t1')).not.toBe(first);
  scene.answer('t1', { status: 'aborted' });
  expect(scene.answers('t1')).toEqual(['reply']);
});

test('more retries than engines: waits for a new engine, or for its timeout', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('a', { retries: 5 });
  scene.submit('b', { retries: 5, timeout: 0.1 });
  scene.answer('a', { status: 'error' });
  scene.answer('b', { status: 'error' });
  expect(scene.runningOn('e1')).toEqual([]);
  scene.advance(101);
  expect(scene.answers('b')).toEqual(['TaskTimeout']);
  scene.register('e2');
  expect(scene.engineOf('a')).toBe('e2');
});

test('unmet dependencies move the task on without using up retries, unseen by the client', () => {
  const scene = createScene();
  for (const uuid of ['e1', 'e2', 'e3']) scene.register(uuid);
  scene.submit('t1');
  scene.answer('t1', { status: 'error', dependencies_met: false });
  scene.answer('t1', { status: 'error', dependencies_met: false });
  expect(scene.answers('t1')).toEqual([]);
  scene.answer('t1');
  expect(scene.answers('t1')).toEqual(['reply']);
});

test('when every target has refused, it is impossible', () => {
  const scene = createScene();
  for (const uuid of ['e1', 'e2', 'e3']) scene.register(uuid);
  scene.submit('t1', { targets: ['e1', 'e2'] });
  scene.answer('t1', { status: 'error', dependencies_met: false });
  scene.answer('t1', { status: 'error', dependencies_met: false });
  expect(scene.errorOf('t1')?.content).toMatchObject({ ename: 'ImpossibleDependency', evalue: '' });
});

test('an engine that writes no status in the metadata is taken by the status of its content', () => {
  const scene = createScene();
  scene.register('e1');
  scene.register('e2');
  scene.submit('t1', { retries: 1 });
  scene.answer('t1', { status: null as never });
  expect(scene.engineOf('t1')).toBeDefined();
});

test('a timeout counts from the moment a task has to wait, and not while it runs', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('running', { timeout: 0.01, retries: 1 });
  scene.submit('waiting', { timeout: 0.05 });
  scene.submit('held', { timeout: 0.02, after: ['running'] });
  expect(scene.timers).toBe(2);
  scene.advance(30);
  expect(scene.answers('held')).toEqual(['TaskTimeout']);
  expect(scene.errorOf('held')).toMatchObject({ metadata: {}, content: { ename: 'TaskTimeout', evalue: '' } });
  scene.advance(30);
  expect(scene.answers('waiting')).toEqual(['TaskTimeout']);
  expect(scene.answers('running')).toEqual([]);
  // Sent back, it has its whole time again.
  scene.answer('running', { status: 'error' });
  scene.advance(9);
  expect(scene.answers('running')).toEqual([]);
  scene.advance(2);
  expect(scene.answers('running')).toEqual(['TaskTimeout']);
  expect(scene.timers).toBe(0);
});

test('pure passes on whatever the engine says', () => {
  const scene = createScene({ schemeName: 'pure' });
  scene.register('e1');
  scene.submit('a', { retries: 3, after: ['unknown'], targets: ['nobody'] });
  scene.answer('a', { status: 'error', dependencies_met: false });
  expect(scene.answers('a')).toEqual(['reply']);
});
