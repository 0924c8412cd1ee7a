import { defineConfig } from 'vitest/config';

// Tests with real peers. What is measured is a process of its own, so that two files may run at a time.
export default defineConfig({
  test: {
    include: ['e2e/transport/src/**/*.real.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
