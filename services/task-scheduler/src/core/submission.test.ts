import { expect, test } from 'vitest';
import { createScene } from '../testing/scene.ts';
import { messageOf } from './keeping.ts';

test('a task goes to an idle engine at once, with its bytes as they came, and is told to the hub', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('t1');
  const types = scene.sends.map((send) => (send.type === 'fact.publish' ? send.fact.type : send.type));
  expect(types).toEqual(['task.received', 'task.dispatch', 'task.dispatched']);
  const [received, dispatched] = scene.sends;
  if (received?.type !== 'fact.publish' || received.fact.type !== 'task.received') throw new Error('no fact');
  if (dispatched?.type !== 'task.dispatch') throw new Error('no dispatch');
  expect(dispatched.message).toBe(received.fact.message);
  expect(dispatched).toMatchObject({ engineUuid: 'e1', client: 'client' });
});

test('without engines it waits, as a copy of its own, and runs when one comes', () => {
  const scene = createScene();
  const block = new Uint8Array(1_000_000).fill(7);
  scene.submit('t1', {}, { buffers: [block.subarray(10, 20)] });
  const kept = messageOf(scene.state.tasks.get('t1')!);
  expect(kept.buffers[0]).toEqual(new Uint8Array(10).fill(7));
  expect(kept.buffers[0]!.buffer.byteLength).toBeLessThan(100_000);
  scene.register('e1');
  expect(scene.engineOf('t1')).toBe('e1');
});

test('a large frame with a block of its own is not copied', () => {
  const scene = createScene();
  const large = new Uint8Array(100_000);
  scene.submit('t1', {}, { buffers: [large] });
  expect(messageOf(scene.state.tasks.get('t1')!).buffers[0]).toBe(large);
});

test('tasks beyond hwm wait, first come first served', () => {
  const scene = createScene({ hwm: 2 });
  scene.register('e1');
  for (const id of ['a', 'b', 'c', 'd', 'e']) scene.submit(id);
  expect(scene.runningOn('e1')).toEqual(['a', 'b']);
  scene.answer('b');
  scene.answer('a');
  scene.answer('c');
  expect(scene.dispatches()).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('hwm 0 is no limit', () => {
  const scene = createScene({ hwm: 0 });
  scene.register('e1');
  for (let i = 0; i < 100; i++) scene.submit(`t${i}`);
  expect(scene.runningOn('e1')).toHaveLength(100);
});

test('only apply and execute requests are tasks; others are answered, and no engine is bothered', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('t1', {}, { msgType: 'comm_msg' });
  expect(scene.sends).toMatchObject([
    {
      type: 'error.reply',
      client: 'client',
      engineUuid: null,
      finished: false,
      header: { msg_type: 'apply_reply', session: 'scheduler' },
      parentHeader: { msg_id: 't1', msg_type: 'comm_msg' },
      content: { status: 'error', ename: 'UnknownMessageType', engine_info: {} },
    },
  ]);
  scene.submit('t2', {}, { msgType: 'execute_request' });
  expect(scene.engineOf('t2')).toBe('e1');
});

test('a msg_id that is under way is refused, and the first goes on; once it has ended, it may be used again', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('t1');
  scene.submit('t1', {}, { client: 'other' });
  expect(scene.errorOf('t1')).toMatchObject({ client: 'other', finished: false, content: { ename: 'DuplicateTask' } });
  scene.answer('t1');
  expect(scene.answers('t1')).toEqual(['DuplicateTask', 'reply']);
  scene.submit('t1');
  expect(scene.engineOf('t1')).toBe('e1');
});

test('beyond the limits of number and bytes tasks are refused, until some have been answered', () => {
  const scene = createScene({ maxWaitingTasks: 2 });
  for (const id of ['a', 'b', 'c']) scene.submit(id);
  expect(scene.answers('c')).toEqual(['QueueFull']);
  scene.register('e1');
  scene.answer('a');
  scene.submit('d');
  expect(scene.answers('d')).toEqual([]);

  const byBytes = createScene({ maxWaitingBytes: 2000 });
  byBytes.submit('a', {}, { buffers: [new Uint8Array(1500)] });
  byBytes.submit('b', {}, { buffers: [new Uint8Array(500)] });
  expect(byBytes.errorOf('b')?.content).toMatchObject({ ename: 'QueueFull' });
  expect(byBytes.errorOf('b')?.content.evalue).toContain('maxWaitingBytes');
});

test('oversized requests and results are answered with an error', () => {
  const scene = createScene({ maxMessageBytes: 1000 });
  scene.register('e1');
  scene.submit('t1', {}, { buffers: [new Uint8Array(1000)] });
  expect(scene.answers('t1')).toEqual(['MessageTooLarge']);
  scene.submit('t2');
  scene.answer('t2', {}, { buffers: [new Uint8Array(1000)] });
  expect(scene.errorOf('t2')).toMatchObject({
    engineUuid: 'e1',
    finished: true,
    content: { ename: 'MessageTooLarge' },
  });
  expect(scene.runningOn('e1')).toEqual([]);
});

test('resubmitted tasks have no client: whatever happens to them is a fact only', () => {
  const scene = createScene({ maxWaitingTasks: 3 });
  scene.register('e1');
  const finished = (): number =>
    scene.sends.filter((send) => send.type === 'fact.publish' && send.fact.type === 'task.finished').length;
  scene.submit('ok', {}, { client: null });
  scene.answer('ok');
  expect(finished()).toBe(1);
  expect(scene.answers('ok')).toEqual([]);
  scene.submit('bad', { after: ['never'] }, { client: null });
  expect(scene.errorOf('bad')).toMatchObject({ client: null, finished: true });
  scene.submit('lost', {}, { client: null });
  scene.submit('late', { timeout: 1 }, { client: null });
  scene.lose('e1');
  scene.advance(1001);
  expect(scene.errorOf('lost')).toMatchObject({ client: null, finished: true, content: { ename: 'EngineError' } });
  expect(scene.errorOf('late')).toMatchObject({ client: null, finished: true, content: { ename: 'TaskTimeout' } });
  for (const id of ['a', 'b', 'c', 'd']) scene.submit(id, {}, { client: null });
  expect(scene.errorOf('d')).toMatchObject({ client: null, finished: true, content: { ename: 'QueueFull' } });
});
