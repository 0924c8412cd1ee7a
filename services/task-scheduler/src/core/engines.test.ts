import { expect, test } from 'vitest';
import { createScene } from '../testing/scene.ts';
import { leftovers } from './inspect.ts';

test('a lost engine: after the grace its tasks end with EngineError', () => {
  const scene = createScene({ hwm: 2 });
  scene.register('e1');
  scene.submit('a');
  scene.submit('b');
  scene.submit('c');
  scene.lose('e1');
  scene.advance(999);
  expect(scene.answers('a')).toEqual([]);
  scene.advance(2);
  expect(scene.answers('a')).toEqual(['EngineError']);
  expect(scene.answers('b')).toEqual(['EngineError']);
  expect(scene.errorOf('a')).toMatchObject({
    engineUuid: 'e1',
    metadata: { status: 'error', engine: 'e1' },
    content: { evalue: "Engine b'e1' died while running task 'a'", engine_info: {} },
  });
  expect(scene.answers('c')).toEqual([]);
  scene.register('e2');
  scene.answer('c');
  expect(leftovers(scene.state)).toEqual([]);
});

test('results that arrive within the grace count; when all have come, the timer goes', () => {
  const scene = createScene({ hwm: 2 });
  scene.register('e1');
  scene.submit('a');
  scene.submit('b');
  scene.submit('c');
  scene.lose('e1');
  scene.answer('a');
  scene.answer('b');
  expect(scene.answers('a')).toEqual(['reply']);
  expect(scene.timers).toBe(0);
  expect(scene.engineOf('c')).toBeUndefined();
});

test('with retries left the task runs elsewhere, and a late result of the lost engine is ignored', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('a', { retries: 1 });
  scene.lose('e1');
  scene.register('e2');
  scene.advance(1001);
  expect(scene.engineOf('a')).toBe('e2');
  scene.answer('a', {}, { engine: 'e1' });
  expect(scene.answers('a')).toEqual([]);
  scene.answer('a');
  expect(scene.answers('a')).toEqual(['reply']);
});

test('targets: only those engines; none of them there, now or later, is impossible', () => {
  const scene = createScene();
  scene.register('e1');
  scene.register('e2');
  scene.submit('a', { targets: ['e1'] });
  scene.submit('b', { targets: ['e1'] });
  scene.submit('c', { targets: ['e1', 'e2'] });
  expect(scene.engineOf('a')).toBe('e1');
  expect(scene.engineOf('c')).toBe('e2');
  scene.submit('d', { targets: ['e1', 'e2'] });
  scene.lose('e1');
  expect(scene.answers('b')).toEqual(['ImpossibleDependency']);
  expect(scene.answers('d')).toEqual([]);
  scene.submit('x', { targets: ['e1'] });
  expect(scene.errorOf('x')?.content).toMatchObject({ ename: 'ImpossibleDependency', evalue: '' });
  scene.answer('c');
  expect(scene.engineOf('d')).toBe('e2');
});

test('a task for a kernel goes to engines with that kernel only', () => {
  const scene = createScene();
  scene.register('py', { kernel: 'python' });
  scene.submit('a', { kernel: 'javascript' });
  scene.submit('b', { kernel: 'python' });
  expect(scene.engineOf('a')).toBeUndefined();
  expect(scene.engineOf('b')).toBe('py');
  scene.register('js', { kernel: 'javascript' });
  expect(scene.engineOf('a')).toBe('js');
  scene.submit('c', { kernel: 'javascript', targets: ['py'] });
  expect(scene.answers('c')).toEqual(['ImpossibleDependency']);
});

test('a task that no engine here can run ends with their refusal; it goes on where another kernel may run it', () => {
  const refusal = { status: 'error', dependencies_met: false, wrong_kernel: true };
  const scene = createScene();
  scene.register('n1', { kernel: 'node' });
  scene.register('n2', { kernel: 'node' });
  scene.submit('a');
  scene.answer('a', refusal);
  expect(scene.answers('a')).toEqual(['reply']);
  scene.register('py', { kernel: 'python' });
  scene.submit('b');
  for (let tries = 0; tries < 2 && scene.engineOf('b') !== 'py'; tries++) scene.answer('b', refusal);
  expect(scene.answers('b')).toEqual([]);
  expect(scene.engineOf('b')).toBe('py');
});

test('facts may be repeated: registrations and losses told twice change nothing', () => {
  const scene = createScene();
  scene.register('e1', { id: 0 });
  scene.submit('a');
  scene.register('e1', { id: 0 });
  expect(scene.runningOn('e1')).toEqual(['a']);
  scene.lose('e1');
  scene.lose('e1');
  expect(scene.timers).toBe(1);
  scene.lose('never');
});

test('an engine that comes back under its uuid is a new one; what it had is still given up', () => {
  const scene = createScene();
  scene.register('e1', { id: 0 });
  scene.submit('a');
  scene.register('e1', { id: 7 });
  scene.submit('b');
  expect(scene.runningOn('e1')).toEqual(['b']);
  scene.advance(1001);
  expect(scene.answers('a')).toEqual(['EngineError']);
  scene.answer('b');
  expect(scene.answers('b')).toEqual(['reply']);
});

test('an outdated loss, of an earlier number, does not take the engine away', () => {
  const scene = createScene();
  scene.register('e1', { id: 0 });
  scene.register('e1', { id: 1 });
  scene.register('other', { id: 0 });
  scene.state.engines.get('e1');
  scene.lose('other');
  expect([...scene.state.engines.keys()]).toEqual(['e1']);
});

test('a good result of a lost engine that comes while its task waits for a retry is taken', () => {
  const scene = createScene({ graceMs: 10 });
  scene.register('e1');
  scene.submit('a', { retries: 1 });
  scene.submit('b', { retries: 1, targets: ['e1', 'e2'] });
  scene.lose('e1');
  scene.advance(11);
  scene.answer('a', { status: 'error' }, { engine: 'e1' });
  expect(scene.answers('a')).toEqual([]);
  scene.answer('a', {}, { engine: 'e1' });
  expect(scene.answers('a')).toEqual(['reply']);
  scene.submit('follows', { follow: ['a'] });
  expect(scene.answers('follows')).toEqual(['ImpossibleDependency']);
});
