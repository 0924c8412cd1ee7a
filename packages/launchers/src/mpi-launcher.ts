// Controller or engines as ranks of one mpiexec, which is a process of this machine (§9.4, MPI).
import { createLocalLauncher, type LocalLauncherOptions } from './local.ts';
import { readEnd } from './log-end.ts';
import { exportFlags, isOpenMpi, remedyForMpi, rootVariables } from './mpi/open-mpi.ts';
import { signalRanks } from './mpi/ranks.ts';
import { checkCount, type EndedProcess, type Launcher, type LauncherContext, type LaunchSpec } from './port.ts';
import { type RoleSettings, readRole } from './role-settings.ts';
import { askProgram } from './sites/ask-program.ts';

const mpiInstall =
  'Install one (Debian: apt-get install openmpi-bin; conda: conda install openmpi), or name yours: MPILauncher.mpi_cmd.';

export function createMpiLauncher(context: LauncherContext, options: LocalLauncherOptions = {}): Launcher {
  const settings = readRole('MPI', context);
  const local = createLocalLauncher(options);
  return {
    submit: async (spec) => {
      checkCount(spec.n);
      const mpi = mpiCommand(settings);
      const { stdout, stderr } = await askProgram([...mpi, '--version'], mpiInstall);
      const ofOpenMpi = isOpenMpi(stdout + stderr);
      const environment = { ...(ofOpenMpi ? rootVariablesFor(process) : {}), ...spec.environment };
      const command = buildMpiCommand(settings, { ...spec, environment }, context.role, ofOpenMpi);
      const handle = await local.submit({ ...spec, environment, command, n: 1, numbered: false });
      return { ...handle, launcher: 'mpi', n: spec.n };
    },
    status: async (handle) => {
      const { running, ended } = await local.status(handle);
      return { running, ended: ended.map(explain) };
    },
    remove: (handle) => local.remove(handle),
    // It would end all of them by an interrupt; other signals it passes on.
    signal: async (handle, signal) =>
      signal === 'SIGINT' ? signalRanks(handle, (await local.status(handle)).running) : local.signal?.(handle, signal),
  };
}

const mpiCommand = (settings: RoleSettings): [string, ...string[]] => {
  const [program = 'mpiexec', ...args] = settings.words('mpi_cmd');
  return [program, ...args];
};

/** `mpi_cmd -n N mpi_args program args`; an engine asks for its rank as its id. Pure. */
export function buildMpiCommand(
  settings: RoleSettings,
  spec: LaunchSpec,
  role: LauncherContext['role'],
  ofOpenMpi: boolean,
): [string, ...string[]] {
  const variables = Object.entries({ IPP_CLUSTER_ID: '', IPP_PROFILE_DIR: '', ...spec.environment });
  const names = variables.flatMap(([name, value]) => (value === undefined || name.startsWith('OMPI_') ? [] : [name]));
  return [
    ...mpiCommand(settings),
    ...['-n', String(spec.n)],
    ...settings.words('mpi_args'),
    ...(ofOpenMpi ? exportFlags(names) : []),
    ...settings.commandOf(spec),
    ...(role === 'engine' ? ['--mpi'] : []),
  ];
}

const rootVariablesFor = ({ getuid, env }: NodeJS.Process): Partial<typeof rootVariables> =>
  getuid?.() === 0 && env.OMPI_ALLOW_RUN_AS_ROOT === undefined ? rootVariables : {};

function explain(ended: EndedProcess): EndedProcess {
  const remedy = ended.exit === 0 ? undefined : remedyForMpi(readEnd(ended.outputFile));
  return remedy === undefined ? ended : { ...ended, remedy };
}
