import { defineConfig } from 'vitest/config';

// Tests with a docker daemon, one after the other: they follow the life of one cluster.
export default defineConfig({
  test: {
    include: ['e2e/containers/src/**/*.real.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
