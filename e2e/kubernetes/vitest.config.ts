import { join } from 'node:path';
import { find } from '@muster/provision';
import { defineConfig } from 'vitest/config';

const kubernetes = await find('kubernetes');

// Tests on a real cluster, which the set-up starts once: one file after the other. And those of packages/kube, which start
// an API server of their own.
export default defineConfig({
  test: {
    include: ['e2e/kubernetes/src/**/*.real.test.ts', 'packages/kube/src/**/*.real.test.ts'],
    globalSetup: [join(import.meta.dirname, 'src/suite/set-up.ts')],
    env: kubernetes.present ? { KUBERNETES_BIN: join(kubernetes.folder, 'bin') } : {},
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
