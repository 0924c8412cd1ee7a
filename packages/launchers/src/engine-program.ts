// From a profile's engine to a command line and an environment. Pure.
import { MusterError } from '@muster/protocol';
import type { EngineHandle, EngineProgram } from './engine-launcher.ts';
import { maxLaunchIdLength } from './engine-launcher.ts';

/** Programs of this machine. They are of no use to launches elsewhere, which take what is on PATH there. */
export interface EnginePrograms {
  /** The Node engine. Default `muster engine`, to be found by PATH. */
  readonly node?: readonly string[] | undefined;
  /** Default `python3 -m ipyparallel.engine`. */
  readonly python?: readonly string[] | undefined;
}

const usualPrograms = {
  node: ['muster', 'engine'],
  python: ['python3', '-m', 'ipyparallel.engine'],
} as const;

/** Holds the text of the connection file; wins over files (§1.3). */
const connectionVariable = 'IPP_CONNECTION_INFO';
/** So large an environment is refused by systems, and by some only when a program is started. */
const maxConnectionChars = 65_536;

/** The engine's program and flags, without its uuid. Names of settings are those that both kernels know. */
export function engineCommand(engine: EngineProgram, programs: EnginePrograms = {}): string[] {
  const program = engine.command ?? programs[engine.kernel] ?? usualPrograms[engine.kernel];
  if (program.length === 0 || program[0] === '')
    throw new MusterError('bad_option', 'The command of the engine is empty.', 'Name a program, or leave command out.');
  const startup = engine.startupCommand ? [`--IPEngine.startup_command=${engine.startupCommand}`] : [];
  return [...program, ...startup, ...(engine.args ?? [])];
}

export const uuidFlag = (id: string, index: number): string => `--Session.session=${id}-${index}`;

/** Throws MusterError `bad_option` for a name that no shell takes. */
export function engineEnvironment(engine: EngineProgram, connection: string): Record<string, string> {
  if (connection.length > maxConnectionChars)
    throw new MusterError(
      'bad_option',
      'The connection file is longer than 64 KiB.',
      'Let the controller write a new one.',
    );
  const env: Record<string, string> = {};
  for (const { name, value } of engine.env ?? []) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new MusterError(
        'bad_option',
        `${JSON.stringify(name)} cannot be the name of an environment variable.`,
        'Use letters, digits and _, and no digit at the start.',
      );
    env[name] = value;
  }
  return { ...env, [connectionVariable]: connection };
}

/** Ids become names of folders and words of scripts. Throws MusterError `bad_option`. */
export function checkLaunchId(id: string): void {
  if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(id) && id.length <= maxLaunchIdLength) return;
  throw new MusterError(
    'bad_option',
    `${JSON.stringify(id)} cannot be the id of a launch.`,
    `Use at most ${maxLaunchIdLength} lower-case letters, digits and hyphens between them.`,
  );
}

/** Throws MusterError `bad_option` for an id or a number of engines that cannot be. */
export function checkOrder({ id, n }: Pick<EngineHandle, 'id' | 'n'>, maxEngines: number): void {
  checkLaunchId(id);
  if (!Number.isInteger(n) || n < 1 || n > maxEngines)
    throw new MusterError(
      'bad_option',
      `A launch of ${n} engines is not possible.`,
      `Ask for 1 to ${maxEngines} at once.`,
    );
}
