import { defineConfig } from 'vitest/config';

// Tests with real peers. One file at a time, as some measure memory and time.
export default defineConfig({
  test: {
    include: ['e2e/transport/src/**/*.real.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
