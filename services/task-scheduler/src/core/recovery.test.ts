import { expect, test } from 'vitest';
import { createScene } from '../testing/scene.ts';
import { clientOfSession } from './client-address.ts';

const terms = { apart: true, recalls: true, recovers: true };
const started = (limits = {}) => {
  const scene = createScene(limits, 1, terms);
  scene.list(['e1', 'e2']);
  return scene;
};

test('a task that was not given to an engine runs as if it had just come; nothing is told twice', () => {
  const scene = started();
  scene.recover('a');
  scene.recover('b', { metadata: { after: ['a'] } });
  scene.recover('a');
  scene.submit('new');
  expect(scene.sends.filter((send) => send.type === 'fact.publish')).toMatchObject([
    { fact: { type: 'task.received' } },
  ]);
  scene.answerProbe('e1');
  expect(scene.engineOf('a')).toBe('e1');
  scene.answerProbe('e2');
  expect(scene.engineOf('new')).toBe('e2');
  scene.answer('a');
  expect(scene.engineOf('b')).toBe('e1');
  expect(scene.sends.find((send) => send.type === 'client.reply')).toMatchObject({
    client: clientOfSession('session'),
  });
});

test('a task on an engine is adopted: its answer is passed on', () => {
  const scene = started();
  scene.recover('a', { engine: 'e1' });
  scene.submit('next', { targets: ['e1'] });
  scene.answer('a');
  scene.answerProbe('e1');
  expect(scene.answers('a')).toEqual(['reply']);
  expect(scene.engineOf('next')).toBe('e1');
});

test('an engine that has answered a probe has nothing more of what it was given before', () => {
  const scene = started({ hwm: 1 });
  scene.recover('a', { engine: 'e1' });
  scene.recover('b', { engine: 'e1' });
  scene.recover('c', { engine: 'e1', metadata: { retries: 1 } });
  scene.answer('b');
  scene.answerProbe('e1');
  expect(scene.errorOf('a')).toMatchObject({ client: clientOfSession('session'), finished: true, engineUuid: 'e1' });
  expect(scene.answers('a')).toEqual(['TaskLost']);
  expect(scene.answers('b')).toEqual(['reply']);
  // Not its fault: the same engine may take it again.
  expect(scene.engineOf('c')).toBe('e1');
});

test('a task on an engine that is gone is lost at once', () => {
  const scene = started();
  scene.recover('a', { engine: 'gone' });
  scene.recover('b', { engine: 'gone', metadata: { retries: 2 } });
  expect(scene.answers('a')).toEqual(['EngineError']);
  scene.answerProbe('e1');
  expect(scene.engineOf('b')).toBe('e1');
});

test('an engine that the hub still awaits keeps its tasks, until it is there or has taken too long', () => {
  const scene = started();
  scene.recover('a', { engine: 'e3', awaited: true });
  scene.recover('b', { engine: 'e3', awaited: true });
  scene.recover('late', { engine: 'e4', awaited: true });
  scene.answer('a', {}, { engine: 'e3' });
  expect(scene.answers('a')).toEqual(['reply']);
  scene.register('e3');
  expect(scene.runningOn('e3')).toEqual(['b']);
  scene.answer('b');
  scene.answerProbe('e3');
  scene.advance(30_001);
  expect(scene.answers('b')).toEqual(['reply']);
  expect(scene.answers('late')).toEqual(['EngineError']);
});

test('an adopted task whose engine dies ends as any other', () => {
  const scene = started();
  scene.recover('a', { engine: 'e1' });
  scene.lose('e1');
  scene.advance(1001);
  expect(scene.answers('a')).toEqual(['EngineError']);
});

test('results of tasks without a record are passed on, until the engine has answered a probe', () => {
  const scene = started();
  scene.answer('unknown', {}, { engine: 'e1' });
  scene.answer('unknown', {}, { engine: 'e1' });
  expect(scene.answers('unknown')).toEqual(['reply']);
  // The record came late: its end is known by now.
  scene.recover('unknown', { engine: 'e1' });
  scene.submit('dependent', { after: ['unknown'], targets: ['e1'] });
  scene.answerProbe('e1');
  expect(scene.engineOf('dependent')).toBe('e1');
  scene.answer('another', {}, { engine: 'e1' });
  expect(scene.answers('another')).toEqual([]);
});

test('a result of a task of which no engine is on record is taken, good or bad', () => {
  const scene = started();
  scene.recover('good');
  scene.recover('bad');
  scene.recover('again', { metadata: { retries: 1 } });
  scene.answer('good', {}, { engine: 'e2' });
  scene.answer('bad', { status: 'error' }, { engine: 'e2' });
  scene.answer('again', { status: 'error' }, { engine: 'e2' });
  expect(['good', 'bad', 'again'].map((id) => scene.answers(id))).toEqual([['reply'], ['reply'], []]);
  scene.answerProbe('e2');
  expect(scene.runningOn('e2')).toEqual([]);
  scene.answerProbe('e1');
  expect(scene.engineOf('again')).toBe('e1');
});

test('a record that comes late, of a task on an engine that has answered since: it is lost', () => {
  const scene = started();
  scene.answerProbe('e1');
  scene.recover('a', { engine: 'e1' });
  scene.recover('b', { engine: 'e1', metadata: { retries: 1 } });
  expect(scene.answers('a')).toEqual(['TaskLost']);
  expect(scene.engineOf('b')).toBe('e1');
});

test('wrong wishes end a recovered task, too', () => {
  const scene = started();
  scene.recover('a', { metadata: { retries: 'many' } });
  expect(scene.answers('a')).toEqual(['InvalidDependency']);
});
