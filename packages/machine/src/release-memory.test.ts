import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test } from 'vitest';
import { releaseMemory } from './release-memory.ts';

const globals = globalThis as { gc?: unknown };
afterEach(() => {
  delete globals.gc;
});

test('what nobody needs any more is collected', async () => {
  setFlagsFromString('--expose-gc');
  globals.gc = runInNewContext('gc');
  const garbage = new WeakRef(new Array(1000).fill(0).map(() => ({})));
  await new Promise((resolve) => setImmediate(resolve));
  releaseMemory();
  expect(garbage.deref()).toBeUndefined();
});

test('without the flag nothing happens', () => {
  delete globals.gc;
  expect(releaseMemory).not.toThrow();
});
