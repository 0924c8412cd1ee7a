// Our settings → the command line of Python's ipengine (§9.7). What is not given is left to it and its own config file.
import { resolve } from 'node:path';
import type { Invocation } from '../invocation.ts';
import { mpiSetup } from '../mpi.ts';
import type { EngineValues } from '../settings.ts';

export interface PythonEngine {
  readonly args: readonly string[];
  /** Settings that were given and mean nothing to it, by their keys. */
  readonly ignored: readonly string[];
}

export interface PythonOptions extends Invocation {
  readonly values: EngineValues;
  readonly profileDir: string;
  /** This process's rank in MPI. */
  readonly rank: number | undefined;
}

const logLevels = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR', silent: 'CRITICAL' } as const;

/** Only our own engine has these. */
const own = [
  'logFormat',
  'logFileBytes',
  'logFiles',
  'transport',
  'maxMessageBytes',
  'maxQueued',
  'kernelTimeoutS',
] as const;

export function pythonEngine({ values, given, rest, profileDir, rank }: PythonOptions): PythonEngine {
  const option = (key: keyof EngineValues, name: string, text = String(values[key])): string[] =>
    given[key] === undefined ? [] : [`--${name}=${text}`];
  const path = (key: 'file' | 'startupScript' | 'workDir', name: string): string[] =>
    values[key] === '' ? [] : [`--${name}=${resolve(values[key])}`];
  // Python's engine gives up after its timeout; ours waits on after saying so.
  const timeoutS = given.timeoutS === undefined ? values.registrationLimitS : values.timeoutS;
  const args = [
    `--profile-dir=${profileDir}`,
    ...option('clusterId', 'cluster-id'),
    ...path('file', 'file'),
    ...option('url', 'url'),
    ...option('location', 'location'),
    ...option('ssh', 'ssh'),
    ...option('sshKey', 'sshkey'),
    ...option('waitForFileS', 'IPEngine.wait_for_url_file'),
    `--timeout=${timeoutS}`,
    ...option('maxMisses', 'IPEngine.max_heartbeat_misses'),
    ...option('id', 'IPEngine.id'),
    ...option('uuid', 'Session.session'),
    ...path('workDir', 'work-dir'),
    ...path('startupScript', 'IPEngine.startup_script'),
    ...(given.logToFile !== undefined && values.logToFile ? ['--log-to-file'] : []),
    ...(values.cleanLogs ? ['--clean-logs=True'] : []),
    `--log-level=${logLevels[values.logLevel]}`,
    ...startupAndMpi(values, rank),
    ...rest,
  ];
  return { args, ignored: own.filter((key) => given[key] === 'option') };
}

/** Its own MPI is mpi4py's, which it asks for its rank. For another package the code goes before the startup command. */
function startupAndMpi(values: EngineValues, rank: number | undefined): string[] {
  const { mpi, mpiUse, startupCommand } = values;
  const setup = mpiSetup(values, 'python');
  const command = (code: string): string[] => (code === '' ? [] : [`--IPEngine.startup_command=${code}`]);
  if (mpi || mpiUse === 'mpi4py')
    return ['--mpi', ...(setup === undefined ? [] : [`--IPEngine.init_mpi=${setup}`]), ...command(startupCommand)];
  const id = setup === undefined || rank === undefined || values.id !== null ? [] : [`--IPEngine.id=${rank}`];
  return [...id, ...command([setup, startupCommand].filter((code) => code).join('\n'))];
}

/** Whether its Python must have mpi4py. */
export const needsMpi4py = ({ mpi, mpiUse }: EngineValues): boolean => mpi || mpiUse === 'mpi4py';
