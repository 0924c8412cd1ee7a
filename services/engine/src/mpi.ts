// Engines as processes of MPI: their rank, and the code that sets MPI up in Python.
import { MusterError } from '@muster/protocol';
import type { EngineValues } from './settings.ts';

/** Variables in which launchers of MPI tell a process its rank: Open MPI, PMIx, MPICH and Intel MPI, MVAPICH, Slurm. */
const rankVariables = ['OMPI_COMM_WORLD_RANK', 'PMIX_RANK', 'PMI_RANK', 'MV2_COMM_WORLD_RANK', 'SLURM_PROCID'] as const;

/** This process's rank, by its launcher; undefined outside of MPI. */
export function mpiRank(env: NodeJS.ProcessEnv): number | undefined {
  const text = rankVariables.map((name) => env[name]).find((value) => value !== undefined && /^\d{1,9}$/.test(value));
  return text === undefined ? undefined : Number(text);
}

export const usesMpi = ({ mpi, mpiUse, mpiInit }: EngineValues): boolean => mpi || mpiUse !== '' || mpiInit !== '';

/** What IPython's documents promise under these names: `mpi.rank` and `mpi.size`. */
const setups = {
  mpi4py: `from mpi4py import MPI
import types as _types
mpi_rank = MPI.COMM_WORLD.Get_rank()
mpi_size = MPI.COMM_WORLD.Get_size()
mpi = _types.SimpleNamespace(rank=mpi_rank, size=mpi_size)
del _types
`,
  pytrilinos: `from PyTrilinos import Epetra
import types as _types
_comm = Epetra.PyComm()
mpi_rank = _comm.MyPID()
mpi_size = _comm.NumProc()
mpi = _types.SimpleNamespace(rank=mpi_rank, size=mpi_size)
del _types, _comm
`,
} as const;

const isKnown = (name: string): name is keyof typeof setups => Object.hasOwn(setups, name);

/**
 * Code that sets MPI up; undefined when there is nothing to run in a kernel of this language. Throws MusterError `bad_option` for a
 * package that we do not know and that has no code.
 */
export function mpiSetup({ mpi, mpiUse, mpiInit }: EngineValues, language: string): string | undefined {
  if (mpiInit !== '') return mpiInit;
  const name = mpiUse || (mpi ? 'mpi4py' : '');
  if (name === '') return undefined;
  if (isKnown(name)) return language === 'python' ? setups[name] : undefined;
  throw new MusterError(
    'bad_option',
    `MPI.use: how ${name} sets MPI up is not known.`,
    'Give mpi4py or pytrilinos, or the code for it as MPI.init_script.',
  );
}
