import { defineConfig } from 'vitest/config';

// Launchers on their real systems. Two files at a time: each makes machines and a network of its own, and waits a good deal.
export default defineConfig({
  test: {
    include: ['e2e/{lab,launchers}/src/**/*.real.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
