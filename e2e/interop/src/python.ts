// Python programs of this suite, run by the Python that has ipyparallel.
import { dirname, join } from 'node:path';
import type { PartName } from '@muster/provision';
import { find, pythonIn } from '@muster/provision';
import type { Program } from '@muster/testkit';
import { runProgram, startProgram } from '@muster/testkit';

export type Environment = Readonly<Record<string, string>>;

const scripts = join(import.meta.dirname, '../python');

/** The Python with that part; the suite is not started without it. */
export async function pythonOf(part: PartName = 'ipyparallel'): Promise<string> {
  const found = await find(part);
  if (!found.present) throw new Error(`${found.title} is missing: E2E_PROVISION=1 npm run e2e -- interop installs it`);
  return pythonIn(found.folder);
}

export interface PythonOptions {
  readonly env: Environment;
  readonly part?: PartName;
  readonly timeoutMs?: number;
}

/** Runs a script of python/ to its end and gives what its last line says, as JSON. Rejects with its output. */
export async function runPython<T>(script: string, args: readonly string[], options: PythonOptions): Promise<T> {
  const python = await pythonOf(options.part);
  const run = await runProgram([python, join(scripts, script), ...args], {
    env: { ...options.env, PYTHONDONTWRITEBYTECODE: '1' },
    timeoutMs: options.timeoutMs ?? 100_000,
  });
  const last = run.stdout.trim().split('\n').at(-1) ?? '';
  if (run.code !== 0 || last === '') throw new Error(`${script} ended with ${run.code}:\n${run.output}`);
  return JSON.parse(last) as T;
}

/** Starts `python -m MODULE …` with the environment's bin folder first on PATH, as when it is activated. */
export async function startPython(module: string, args: readonly string[], options: PythonOptions): Promise<Program> {
  const python = await pythonOf(options.part);
  const env = { ...options.env, PATH: `${dirname(python)}:${process.env.PATH}` };
  return startProgram([python, '-m', module, ...args], { env });
}

/** Starts a script of python/ that goes on by itself. */
export async function startScript(script: string, args: readonly string[], options: PythonOptions): Promise<Program> {
  const python = await pythonOf(options.part);
  return startProgram([python, '-u', join(scripts, script), ...args], {
    env: { ...options.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
}
