import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createScene } from '../testing/scene.ts';
import { parseWishes } from './wishes.ts';

const nothing = {
  after: undefined,
  follow: undefined,
  targets: undefined,
  retries: 0,
  timeoutMs: 0,
  kernel: undefined,
};

test('null and missing members mean the default', () => {
  expect(parseWishes({}, false)).toEqual(nothing);
  const nulls = { after: null, follow: null, targets: null, retries: null, timeout: null, kernel: null, label: null };
  expect(parseWishes(nulls, false)).toEqual(nothing);
  expect(parseWishes({ after: [], follow: {}, targets: [], timeout: 0 }, false)).toEqual(nothing);
});

test('a list means all and success only; a dictionary says it, and fills in what it does not say', () => {
  expect(parseWishes({ after: ['a', 'b', 'a'] }, false)).toMatchObject({
    after: { ids: new Set(['a', 'b']), all: true, success: true, failure: false },
  });
  const follow = { dependencies: ['a'], all: false, success: null, failure: true };
  expect(parseWishes({ follow }, false)).toMatchObject({
    follow: { ids: new Set(['a']), all: false, success: true, failure: true },
  });
});

test.each([
  [{ after: 'abc' }, 'after'],
  [{ after: [1] }, 'after'],
  [{ follow: { dependencies: 'abc' } }, 'follow.dependencies'],
  [{ follow: { all: 'yes' } }, 'follow.all'],
  [{ after: { dependencies: [], success: false, failure: false } }, 'both false'],
  [{ targets: [0, 1] }, 'targets'],
  [{ targets: 'all' }, 'targets'],
  [{ retries: '3' }, 'retries'],
  [{ retries: 1.5 }, 'retries'],
  [{ timeout: true }, 'timeout'],
  [{ kernel: 3 }, 'kernel'],
])('%j is InvalidDependency with the reason', (metadata, part) => {
  const scene = createScene();
  scene.register('e1');
  scene.submit('t1', metadata);
  expect(scene.errorOf('t1')).toMatchObject({ finished: true, metadata: {}, content: { ename: 'InvalidDependency' } });
  expect(scene.errorOf('t1')?.content.evalue).toContain(part);
});

test('pure ignores all wishes but the kernel', () => {
  const metadata = { after: 'nonsense', retries: 3, targets: ['x'], timeout: 1, kernel: 'javascript' };
  expect(parseWishes(metadata, true)).toEqual({ ...nothing, kernel: 'javascript' });
});

test('any JSON at all is answered, run or waits: never an exception', () => {
  const wish = fc.record(
    {
      after: fc.jsonValue(),
      follow: fc.jsonValue(),
      targets: fc.jsonValue(),
      retries: fc.jsonValue(),
      timeout: fc.jsonValue(),
      kernel: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(wish, (metadata) => {
      const scene = createScene();
      scene.register('e1');
      scene.submit('t1', metadata as never);
      const { length } = scene.answers('t1');
      expect(length + (scene.state.tasks.has('t1') ? 1 : 0)).toBe(1);
    }),
  );
});
