import { expect, test } from 'vitest';
import { createScene } from '../testing/scene.ts';

const apart = { apart: true };

test('a list brings engines that facts have not told of, and takes those away that are gone', () => {
  const scene = createScene({}, 1, apart);
  scene.list(['e1', 'e2']);
  scene.answerProbe('e1');
  scene.answerProbe('e2');
  scene.submit('a', { targets: ['e1'] });
  scene.submit('b', { targets: ['e2'] });
  scene.list(['e2', 'e3'], ['e4']);
  expect([...scene.state.engines.keys()]).toEqual(['e2', 'e3']);
  scene.advance(1001);
  expect(scene.answers('a')).toEqual(['EngineError']);
  expect(scene.engineOf('b')).toBe('e2');
});

test('an engine whose heartbeat is awaited is not given up', () => {
  const scene = createScene({}, 1, apart);
  scene.list(['e1']);
  scene.answerProbe('e1');
  scene.submit('a');
  scene.list([], ['e1']);
  expect(scene.engineOf('a')).toBe('e1');
});

test('an engine gets work when it has answered a probe, which is sent again and again', () => {
  const scene = createScene({}, 1, apart);
  scene.register('e1');
  scene.submit('a');
  expect(scene.engineOf('a')).toBeUndefined();
  scene.advance(10_000);
  const probes = (): number => scene.sends.filter((send) => send.type === 'engine.probe').length;
  expect(probes()).toBe(6);
  scene.answerProbe('e1', { status: 'aborted' });
  scene.answerProbe('e1', { status: 'error', ename: 'EngineBusy' });
  expect(scene.engineOf('a')).toBeUndefined();
  scene.answerProbe('e1');
  expect(scene.engineOf('a')).toBe('e1');
  scene.advance(100_000);
  expect(probes()).toBe(6);
  expect(scene.timers).toBe(0);
});

test('when the ports are opened late, engines are probed anew', () => {
  const scene = createScene({}, 1, apart);
  scene.register('e1');
  scene.register('e2');
  scene.advance(100_000);
  scene.answerProbe('e2');
  const probes = (): string[] => scene.sends.flatMap((send) => (send.type === 'engine.probe' ? [send.engineUuid] : []));
  const before = probes().length;
  scene.tell({ type: 'ports.opened' });
  scene.advance(1000);
  expect(probes().slice(before)).toEqual(['e1', 'e1', 'e1']);
});

test('an engine that goes before it has answered leaves nothing', () => {
  const scene = createScene({}, 1, apart);
  scene.register('e1');
  scene.lose('e1');
  expect(scene.timers).toBe(0);
  expect(scene.state.probes.size).toBe(0);
});

test('targets that are not known: the hub is asked first', () => {
  const scene = createScene({}, 1, apart);
  const checks = (): string[] => scene.sends.flatMap((send) => (send.type === 'targets.check' ? [send.msgId] : []));
  scene.submit('a', { targets: ['e1'] });
  scene.submit('b', { targets: ['nobody'] });
  scene.submit('timed', { targets: ['nobody'], timeout: 0.1 });
  scene.submit('later', { after: ['a'] });
  expect(checks()).toEqual(['a', 'b', 'timed']);
  scene.advance(101);
  expect(scene.answers('timed')).toEqual(['TaskTimeout']);
  scene.list(['e1']);
  scene.tell({ type: 'targets.checked', msgIds: ['a', 'b', 'timed', 'later', 'unknown'] });
  expect(scene.answers('b')).toEqual(['ImpossibleDependency']);
  scene.answerProbe('e1');
  scene.answer('a');
  expect(scene.engineOf('later')).toBe('e1');
  // Once its engine is gone, the hub is asked again: the engine may be back.
  scene.submit('c', { targets: ['e1'] });
  scene.lose('e1');
  expect(checks().at(-1)).toBe('c');
  scene.tell({ type: 'targets.checked', msgIds: ['c'] });
  expect(scene.answers('c')).toEqual(['ImpossibleDependency']);
});

test('in one process nobody is asked', () => {
  const scene = createScene();
  scene.submit('a', { targets: ['e1'] });
  expect(scene.answers('a')).toEqual(['ImpossibleDependency']);
});

test('dependencies that are not known: the store is asked first', () => {
  const scene = createScene({}, 1, { recalls: true });
  scene.register('e1');
  scene.submit('after', { after: ['old', 'never'] });
  scene.submit('follow', { follow: ['old'] });
  scene.submit('itself', { after: ['itself'] });
  expect(scene.answers('itself')).toEqual(['InvalidDependency']);
  const old = { msgId: 'old', ok: true, engineUuid: 'e1' };
  scene.tell({ type: 'outcomes.recalled', msgId: 'after', outcomes: [old] });
  expect(scene.answers('after')).toEqual(['InvalidDependency']);
  scene.tell({ type: 'outcomes.recalled', msgId: 'follow', outcomes: [old] });
  expect(scene.engineOf('follow')).toBe('e1');
  scene.submit('more', { after: { dependencies: ['old'], success: false, failure: true } });
  expect(scene.answers('more')).toEqual(['ImpossibleDependency']);
});
