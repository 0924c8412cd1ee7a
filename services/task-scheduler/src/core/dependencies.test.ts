import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createScene } from '../testing/scene.ts';
import { createRequirement, isAfterMet, noteAfter } from './dependencies.ts';
import { leftovers } from './inspect.ts';

test('after: the dependent waits for success, and is not sent before', () => {
  const scene = createScene();
  scene.register('e1');
  scene.register('e2');
  scene.submit('a');
  scene.submit('b', { after: ['a'] });
  expect(scene.engineOf('b')).toBeUndefined();
  scene.answer('a');
  expect(scene.engineOf('b')).toBeDefined();
  scene.answer('b');
  expect(leftovers(scene.state)).toEqual([]);
});

test('after on ids that have ended: met or impossible at once', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('good');
  scene.answer('good');
  scene.submit('bad');
  scene.answer('bad', { status: 'error' });
  const cases: [string, object, string][] = [
    ['1', { dependencies: ['good'] }, 'runs'],
    ['2', { dependencies: ['good', 'bad'] }, 'ImpossibleDependency'],
    ['3', { dependencies: ['good', 'bad'], all: false }, 'runs'],
    ['4', { dependencies: ['good', 'bad'], failure: true }, 'runs'],
    ['5', { dependencies: ['good'], success: false, failure: true }, 'ImpossibleDependency'],
    ['6', { dependencies: ['bad'], success: false, failure: true }, 'runs'],
    ['7', { dependencies: ['bad'], all: false }, 'ImpossibleDependency'],
  ];
  for (const [id, after, expected] of cases) {
    scene.submit(id, { after } as never);
    if (expected === 'runs') scene.answer(id);
    expect([id, ...scene.answers(id)]).toEqual([id, expected === 'runs' ? 'reply' : expected]);
  }
});

test('unknown ids and the own id are InvalidDependency with an empty evalue, as Python has it', () => {
  const scene = createScene();
  scene.submit('a', { after: ['12345'] });
  scene.submit('b', { follow: ['b'] });
  for (const id of ['a', 'b']) {
    expect(scene.errorOf(id)).toMatchObject({
      metadata: {},
      engineUuid: null,
      content: { ename: 'InvalidDependency', evalue: '', engine_info: {} },
    });
  }
  expect(scene.errorOf('a')?.content.traceback.join()).toContain("'12345'");
});

test('an id that was forgotten is InvalidDependency too, and the evalue says why it may be', () => {
  const scene = createScene({ rememberedTasks: 2 });
  scene.register('e1');
  for (const id of ['a', 'b', 'c']) {
    scene.submit(id);
    scene.answer(id);
  }
  scene.submit('d', { after: ['a'] });
  expect(scene.errorOf('d')?.content).toMatchObject({ ename: 'InvalidDependency' });
  expect(scene.errorOf('d')?.content.evalue).toContain('rememberedTasks');
  scene.submit('e', { after: ['c'] });
  expect(scene.engineOf('e')).toBe('e1');
});

test('what a waiting task depends on is not lost by forgetting it', () => {
  const scene = createScene({ rememberedTasks: 1, hwm: 3 });
  scene.register('e1');
  scene.submit('a');
  scene.submit('b');
  scene.submit('joined', { after: ['a', 'b'], follow: ['a'] });
  scene.answer('a');
  for (const id of ['x', 'y', 'z']) {
    scene.submit(id);
    scene.answer(id);
  }
  scene.answer('b');
  expect(scene.engineOf('joined')).toBe('e1');
});

test('a failure cascades through a long chain, each answered once', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('t0');
  const length = 300;
  for (let i = 1; i < length; i++) scene.submit(`t${i}`, { after: [`t${i - 1}`] });
  scene.answer('t0', { status: 'error' });
  for (let i = 1; i < length; i++) expect(scene.answers(`t${i}`)).toEqual(['ImpossibleDependency']);
  expect(scene.errorOf('t1')?.content.evalue).toBe('');
  expect(leftovers(scene.state)).toEqual([]);
});

test('what was failed by the scheduler counts as failed for those who wait for failure', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('a');
  scene.submit('b', { after: ['a'] });
  scene.submit('c', { after: { dependencies: ['b'], success: false, failure: true } });
  scene.answer('a', { status: 'aborted' });
  expect(scene.answers('b')).toEqual(['ImpossibleDependency']);
  expect(scene.engineOf('c')).toBe('e1');
});

test('a task keeps its place in the order of submission while it was held', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('a');
  scene.submit('b', { after: ['a'] });
  scene.submit('c');
  scene.answer('a');
  expect(scene.dispatches()).toEqual(['a', 'b']);
});

test('follow: only where the other ran', () => {
  const scene = createScene();
  scene.register('e1');
  scene.register('e2');
  scene.submit('a');
  const first = scene.engineOf('a')!;
  scene.answer('a');
  for (const id of ['f1', 'f2', 'f3']) scene.submit(id, { follow: ['a'] });
  expect(scene.runningOn(first)).toEqual(['f1']);
  scene.answer('f1');
  scene.answer('f2');
  expect(scene.runningOn(first)).toEqual(['f3']);
});

test('follow on tasks that ran on different engines is impossible with all, and free to choose with any', () => {
  const scene = createScene();
  for (const uuid of ['e1', 'e2', 'e3']) scene.register(uuid);
  scene.submit('a', { targets: ['e1'] });
  scene.submit('b', { targets: ['e2'] });
  scene.answer('a');
  scene.answer('b');
  scene.submit('c', { follow: ['a', 'b'] });
  expect(scene.errorOf('c')?.content).toMatchObject({ ename: 'ImpossibleDependency', evalue: '' });
  scene.submit('d', { follow: { dependencies: ['a', 'b'], all: false } });
  expect(['e1', 'e2']).toContain(scene.engineOf('d'));
});

test('follow any: runs where the first has ended, and may move to later ones', () => {
  const scene = createScene();
  for (const uuid of ['e1', 'e2', 'e3']) scene.register(uuid);
  scene.submit('a', { targets: ['e1'] });
  scene.submit('b', { targets: ['e2'] });
  scene.submit('c', { targets: ['e1'] });
  scene.submit('f', { follow: { dependencies: ['a', 'b'], all: false } });
  scene.answer('a');
  expect(scene.engineOf('c')).toBe('e1');
  expect(scene.engineOf('f')).toBeUndefined();
  scene.answer('b');
  expect(scene.engineOf('f')).toBe('e2');
});

test('follow on a task that never ran is ImpossibleDependency, and says so', () => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('bad', { after: ['nothing'] });
  scene.submit('f', { follow: { dependencies: ['bad'], success: true, failure: true } });
  expect(scene.errorOf('f')?.content).toMatchObject({ ename: 'ImpossibleDependency' });
  expect(scene.errorOf('f')?.content.evalue).toContain('without running');
});

test('follow on a task whose engine is gone is ImpossibleDependency, now or when it goes', () => {
  const scene = createScene();
  scene.register('e1');
  scene.register('e2');
  scene.submit('a', { targets: ['e1'] });
  scene.answer('a');
  scene.submit('busy', { targets: ['e1'] });
  scene.submit('waiting', { follow: ['a'] });
  scene.submit('b');
  scene.submit('held', { after: ['b'], follow: ['a'] });
  scene.lose('e1');
  scene.submit('late', { follow: ['a'] });
  for (const id of ['waiting', 'held', 'late']) {
    expect(scene.answers(id)).toEqual(['ImpossibleDependency']);
    expect(scene.errorOf(id)?.content.evalue).toContain('gone');
  }
});

test('follow and targets that exclude each other are impossible', () => {
  const scene = createScene();
  scene.register('e1');
  scene.register('e2');
  scene.submit('a', { targets: ['e1'] });
  scene.answer('a');
  scene.submit('f', { follow: ['a'], targets: ['e2'] });
  expect(scene.answers('f')).toEqual(['ImpossibleDependency']);
});

test('told one by one in any order, a requirement comes to what the definition over sets says', () => {
  const outcomes = fc.array(fc.boolean(), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(outcomes, fc.boolean(), fc.boolean(), fc.boolean(), fc.nat(6), (ends, all, success, failure, told) => {
      fc.pre(success || failure);
      const ids = ends.map((_, i) => `t${i}`);
      const requirement = createRequirement({ ids: new Set(ids), all, success, failure });
      const completed = new Set<string>();
      const failed = new Set<string>();
      for (const [i, ok] of ends.slice(0, told).entries()) {
        (ok ? completed : failed).add(ids[i]!);
        noteAfter(requirement, ids[i]!, { ok, host: 1 });
      }
      // §6.3, as sets.
      const none = new Set<string>();
      const pool = new Set([...(success ? completed : none), ...(failure ? failed : none)]);
      const bad = new Set([...(success ? none : completed), ...(failure ? none : failed)]);
      const isMet = all ? ids.every((id) => pool.has(id)) : ids.some((id) => pool.has(id));
      const isUnreachable = all ? ids.some((id) => bad.has(id)) : ids.every((id) => bad.has(id));
      expect(requirement.impossible !== undefined).toBe(isUnreachable);
      if (!isUnreachable) expect(isAfterMet(requirement)).toBe(isMet);
    }),
  );
});
