import { defineConfig } from 'vitest/config';

// Tests with real Python peers. One file at a time: each starts a cluster of its own, and Python's controller loses messages when
// the machine is short of time.
export default defineConfig({
  test: {
    include: ['e2e/interop/src/**/*.real.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
