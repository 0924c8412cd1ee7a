import { defineConfig } from 'vitest/config';

// Tests with real services, servers and peers. One file at a time: each starts a cluster of its own.
export default defineConfig({
  test: {
    include: ['e2e/services/src/**/*.real.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
