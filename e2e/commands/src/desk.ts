// Where a person sits: this machine, with a home folder of its own, or one of the lab. Lines are typed as they stand in the document.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from '@muster/lab';
import type { Finished, Program } from '@muster/testkit';
import { processesOf, runProgram, sendSignal, startProgram, temporaryFolder, until } from '@muster/testkit';
import { expect } from 'vitest';
import { commandFolders, python } from './parts.ts';

export interface Desk {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a line of shell in the home folder to its end; what it leaves running goes on. */
  run(line: string, options?: RunOptions): Promise<Finished>;
  /** As `run`, but resolves to the standard output, and rejects when it fails. */
  must(line: string, options?: RunOptions): Promise<string>;
  /** Starts one that goes on. */
  start(line: string): Promise<Program>;
  /** Text of a file; `~` is the home folder. Rejects when there is none. */
  read(path: string): Promise<string>;
  /** Writes a file, with the folders above. */
  write(path: string, text: string): Promise<void>;
}

interface RunOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
}

export interface LocalDesk extends Desk, AsyncDisposable {}

const variables = (home: string): Record<string, string> => ({
  HOME: home,
  PYTHONDONTWRITEBYTECODE: '1',
  PEER_PYTHON: python,
  // Open MPI asks root to be sure; there may be fewer processors than engines, and one machine needs no network.
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
  OMPI_MCA_btl: 'self,vader',
});

/** On this machine. Nothing is read from the real home folder or written into it. */
export async function newDesk(more: Readonly<Record<string, string>> = {}): Promise<LocalDesk> {
  const folder = await temporaryFolder('commands');
  const home = join(folder.path, 'home');
  await mkdir(home);
  const path = [...commandFolders, process.env.PATH].join(':');
  const env = { ...variables(home), PATH: path, TMPDIR: folder.path, IPYTHONDIR: join(home, '.ipython'), ...more };
  return { ...deskOf([], env), [Symbol.asyncDispose]: folder.remove };
}

/** On a machine of the lab, as root; it has no file in common with the others. */
export function deskOn(machine: Machine, more: Readonly<Record<string, string>> = {}): Desk {
  const path = [...commandFolders, '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'].join(':');
  return deskOf(machine.enter, { ...variables('/home/machine'), PATH: path, TMPDIR: '/tmp', ...more });
}

/** Those of the test that runs. */
export const startedPrograms: { readonly line: string; readonly program: Program }[] = [];

function deskOf(enter: readonly string[], env: Readonly<Record<string, string>>): Desk {
  const { HOME: home } = env as { HOME: string };
  const argv = (line: string): string[] => [...enter, '/bin/sh', '-c', `cd && ${line}`];
  const clean = { IPP_PROFILE_DIR: undefined, IPP_CLUSTER_ID: undefined };
  const run: Desk['run'] = (line, options) =>
    runProgram(argv(line), { env: { ...clean, ...env }, leaveDaemons: true, ...options });
  const must: Desk['must'] = async (line, options) => {
    const { code, output, stdout } = await run(line, options);
    if (code !== 0) throw new Error(`'${line}' failed (${code}):\n${output}`);
    return stdout;
  };
  return {
    ...{ home, env, run, must },
    start: async (line) => {
      const program = await startProgram(argv(`exec ${line}`), { env: { ...clean, ...env } });
      startedPrograms.push({ line, program });
      return program;
    },
    read: (path) => must(`cat ${path}`),
    write: async (path, input) => void (await must(`mkdir -p $(dirname ${path}) && cat >${path}`, { input })),
  };
}

/** Waits until nothing is left of a program, or of a command that has ended. */
export const untilGone = (program: { readonly tag: string }): Promise<true> => {
  let left: readonly string[] = [];
  return until(
    async () => {
      left = (await processesOf(program.tag)).map(({ command }) => command);
      return left.length === 0;
    },
    { what: () => `nothing is left; there is:\n${left.join('\n')}` },
  );
};

/** Ends a program by a signal, Ctrl-C or what else is fit for it; it ends well, and nothing is left of it. */
export async function end(program: Program, signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
  // The program that leads into a machine stands before the one that is meant, and hands its status on.
  const group = (await runProgram(['pgrep', '-g', String(program.pid), '-a'])).stdout.trim().split('\n');
  for (const line of group) {
    const [pid, command] = line.split(' ');
    if (!command?.endsWith('nsenter')) sendSignal(Number(pid), signal);
  }
  await until(() => program.exit, { what: () => `an end by ${signal}; it said:\n${program.output}` });
  expect(await program.exited, program.output).toEqual({ code: 0, signal: null });
  await untilGone(program);
}

/** An engine takes Ctrl-C for an interrupt of its work: it is ended by SIGTERM, and before its controller. */
export async function endAll(engines: readonly Program[], controllers: readonly Program[]): Promise<void> {
  await Promise.all(engines.map((engine) => end(engine, 'SIGTERM')));
  await Promise.all(controllers.map((controller) => end(controller)));
}
