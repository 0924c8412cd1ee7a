import { defineConfig } from 'vitest/config';

// Tests with real Python peers. Each file starts clusters of its own, in folders of its own, and mostly waits: two at a time.
export default defineConfig({
  test: {
    include: ['e2e/interop/src/**/*.real.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
