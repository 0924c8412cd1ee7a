import { defineConfig } from 'vitest/config';

// The benches with real controllers. One after the other: each takes what processors there are.
export default defineConfig({
  test: {
    include: ['e2e/bench/src/**/*.real.test.ts'],
    testTimeout: 120_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
