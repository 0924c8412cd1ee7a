import { defineConfig } from 'vitest/config';

// The commands as people type them. One file at a time: most start clusters, some make machines of their own.
export default defineConfig({
  test: {
    include: ['e2e/commands/src/**/*.real.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
