// The commands of the checkout, as on a person's laptop.
import { join } from 'node:path';
import type { Program } from '@muster/testkit';
import { startProgram } from '@muster/testkit';
import { inject } from 'vitest';
import type { Release } from './release.ts';

const muster = join(import.meta.dirname, '../../../../packages/cli/bin/muster.js');

/** Starts `muster connect` for a release, which writes the connection file to that path. */
export const startConnect = (release: Release, file: string, ...args: string[]): Promise<Program> =>
  startProgram([process.execPath, muster, 'connect', `--namespace=${release.namespace}`, `--file=${file}`, ...args], {
    env: { KUBECONFIG: inject('cluster').kubeconfig, HOME: release.folder },
  });
