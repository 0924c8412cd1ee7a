import { defineConfig } from 'vitest/config';

// Launchers on their real systems. One file at a time: each makes machines of its own.
export default defineConfig({
  test: {
    include: ['e2e/{lab,launchers}/src/**/*.real.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
