// From the name of a launcher and settings to the launcher; also to one of the user's own.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MusterError } from '@muster/protocol';
import type { BatchSystem } from './batch/batch-system.ts';
import { isModulePath, resolveLauncherName } from './launcher-names.ts';
import { createLocalLauncher, type LocalLauncherOptions } from './local.ts';
import type { Launcher, LauncherContext, LauncherModule } from './port.ts';

export interface LauncherChoice extends Omit<LauncherContext, 'warn'> {
  /** `SSH`, `SSHEngineSetLauncher`, `ipyparallel.cluster.launcher.SSHEngineSetLauncher`, or a path: `./my-launcher.ts`. */
  readonly name: string;
  readonly warn?: LauncherContext['warn'] | undefined;
}

const makers: Readonly<Record<string, (context: LauncherContext) => Promise<Launcher>>> = {
  local: async ({ values }) => createLocalLauncher(localOptions(values)),
  mpi: async (context) => (await import('./mpi-launcher.ts')).createMpiLauncher(context, localOptions(context.values)),
  ssh: async (context) => (await import('./ssh-launcher.ts')).createSshLauncher(context),
  pbs: async (context) => openBatch((await import('./batch/systems/pbs.ts')).pbs, context),
  sge: async (context) => openBatch((await import('./batch/systems/sge.ts')).sge, context),
  slurm: async (context) => openBatch((await import('./batch/systems/slurm.ts')).slurm, context),
};

const openBatch = async (system: BatchSystem, context: LauncherContext): Promise<Launcher> =>
  (await import('./batch/batch-launcher.ts')).createBatchLauncher(system, context);

function localOptions(values: LauncherContext['values']): LocalLauncherOptions {
  const seconds = values['LocalProcessLauncher.stop_seconds_until_kill'];
  return typeof seconds === 'number' ? { killAfterMs: seconds * 1000 } : {};
}

/** Rejects with MusterError `bad_option` for a name that is not known, a module that is none, or settings that do not fit. */
export async function findLauncher({ name, warn = () => {}, ...choice }: LauncherChoice): Promise<Launcher> {
  const context = { ...choice, warn };
  if (isModulePath(name)) return openModule(resolve(choice.configFolder, name), context);
  const known = resolveLauncherName(choice.role, name);
  const make = makers[known];
  if (make === undefined) throw new MusterError('bad_option', `The launcher ${known} cannot be used yet.`);
  return make(context);
}

/** A module's launcher: its handles say the path, so that other commands find it again. */
async function openModule(path: string, context: LauncherContext): Promise<Launcher> {
  const refuse = (why: string): never => {
    throw new MusterError(
      'bad_option',
      `${path} is no launcher: ${why}.`,
      'It is a module whose default export is (context) => ({ submit, status, remove }), see the README of @muster/launchers.',
    );
  };
  const module: { readonly default?: unknown } = await import(pathToFileURL(path).href).catch((error: unknown) =>
    refuse(error instanceof Error ? error.message : String(error)),
  );
  if (typeof module.default !== 'function') return refuse('its default export is no function');
  const made: unknown = await (module.default as LauncherModule)(context);
  if (!isLauncher(made)) return refuse('what it makes lacks submit, status or remove');
  const own: Launcher = made;
  return {
    submit: async (spec) => ({ ...(await own.submit(spec)), launcher: path }),
    status: (handle) => own.status(handle),
    remove: (handle) => own.remove(handle),
    ...(own.signal === undefined ? {} : { signal: (handle, signal) => own.signal!(handle, signal) }),
    ...(own.logs === undefined ? {} : { logs: (handle) => own.logs!(handle) }),
  };
}

const isLauncher = (value: unknown): value is Launcher =>
  typeof value === 'object' &&
  value !== null &&
  (['submit', 'status', 'remove'] as const).every((name) => typeof (value as Partial<Launcher>)[name] === 'function');
