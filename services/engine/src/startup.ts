// Code that runs before any request, in its order: MPI, script, command.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MusterError } from '@muster/protocol';
import type { KernelSetup } from './ipc.ts';
import { mpiSetup } from './mpi.ts';
import type { EngineValues } from './settings.ts';

/** Throws MusterError `bad_option` when the script cannot be read. */
export function readStartup(values: EngineValues, language: string): KernelSetup['startup'] {
  const mpi = mpiSetup(values, language);
  return [
    ...(mpi === undefined ? [] : [{ name: 'MPI.init_script', code: mpi }]),
    ...(values.startupScript === '' ? [] : [readScript(values.startupScript)]),
    ...(values.startupCommand === '' ? [] : [{ name: 'startup', code: values.startupCommand }]),
  ];
}

function readScript(name: string): KernelSetup['startup'][number] {
  const path = resolve(name);
  try {
    return { name: path, code: readFileSync(path, 'utf8') };
  } catch (error) {
    throw new MusterError('bad_option', `The startup script cannot be read: ${(error as Error).message}`);
  }
}
