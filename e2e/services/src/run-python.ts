// Stock Python clients.
import { join } from 'node:path';
import type { Program } from '@muster/testkit';
import { runProgram, startProgram } from '@muster/testkit';
import { python } from './parts.ts';

/** Of a cluster, as far as its clients need it. */
export interface PeerSetting {
  readonly clientFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const argvOf = async (script: string, cluster: PeerSetting, args: readonly string[]): Promise<string[]> => [
  await python(),
  join(import.meta.dirname, '../python', script),
  cluster.clientFile,
  ...args,
];

/** Runs a script to its end and gives what its last line says, as JSON. Rejects with its output. */
export async function runPython<T>(script: string, cluster: PeerSetting, args: readonly string[] = []): Promise<T> {
  const run = await runProgram(await argvOf(script, cluster, args), { env: cluster.env, timeoutMs: 120_000 });
  const last = run.stdout.trim().split('\n').at(-1) ?? '';
  if (run.code !== 0 || last === '') throw new Error(`${script} ended with ${run.code}:\n${run.output}`);
  return JSON.parse(last) as T;
}

export const startPython = async (
  script: string,
  cluster: PeerSetting,
  args: readonly string[] = [],
): Promise<Program> => startProgram(await argvOf(script, cluster, args), { env: cluster.env });
