import { defineConfig } from 'vitest/config';

// The commands as people type them. Two files at a time: most start clusters, some make machines of their own, and much of it is waiting.
export default defineConfig({
  test: {
    include: ['e2e/commands/src/**/*.real.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
