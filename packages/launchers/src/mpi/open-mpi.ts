// What Open MPI wants other than the rest. Pure.

/** What `mpiexec --version` says of itself, in all its ages. */
const marks = ['Open MPI', 'OpenRTE', 'PRRTE'] as const;

/** Shell: patterns of a `case` for what it says. */
export const openMpiPatterns = marks.map((mark) => `*'${mark}'*`).join(' | ');

export const isOpenMpi = (version: string): boolean => marks.some((mark) => version.includes(mark));

/** It takes only those variables to other machines that it is told to; others take all, and know no -x. */
export const exportFlags = (names: readonly string[]): string[] => names.flatMap((name) => ['-x', name]);

/** It starts nothing for root unless told twice; whoever starts a cluster as root wants that. */
export const rootVariables = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' } as const;

const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /not enough slots|slots.*(not|un)available/i,
    'Ask for fewer engines (-n), name more hosts (MPILauncher.mpi_args: --hostfile FILE), or add --oversubscribe to MPILauncher.mpi_args.',
  ],
  [
    /recommends? against running|run as root|running .* as root/i,
    'Do not run it as root, or set OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1.',
  ],
  [
    /unable to (launch|find)|could not find|no such file or directory|not found/i,
    'Check that the program is installed on every host of mpiexec, at the same path.',
  ],
  [
    /ssh|plm_rsh|ORTE was unable to reliably start|unable to reach/i,
    'Check that every host of mpiexec lets you in by ssh without a password.',
  ],
];

/** What to do about an mpiexec that wrote this and ended; undefined when it does not show. */
export const remedyForMpi = (log: string): string | undefined => remedies.find(([pattern]) => pattern.test(log))?.[1];
