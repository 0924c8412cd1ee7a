// Which launcher is meant: by its short name, a beginning of it, or the name of its class, in any case and with any module before it.
// Pure.
import { MusterError } from '@muster/protocol';
import type { LaunchRole } from './port.ts';

interface KnownLauncher {
  /** As in cluster files. */
  readonly name: string;
  /** First of each: the class that is named to people. */
  readonly classes: Readonly<Record<LaunchRole, readonly [string, ...string[]]>>;
}

/** Classes of ipyparallel, by what is the same in all their names. */
const known = (name: string, stem: string, ...oldStems: readonly string[]): KnownLauncher => {
  const stems = [stem, ...oldStems];
  const controllers = stems.flatMap((one) => [`${one}ControllerLauncher`, `${one}Launcher`, one]);
  const engines = stems.flatMap((one) => [`${one}EngineSetLauncher`, `${one}EngineLauncher`, `${one}Launcher`, one]);
  return { name, classes: { controller: controllers as [string], engine: engines as [string] } };
};

export const knownLaunchers = [
  known('local', 'Local', 'LocalProcess'),
  known('mpi', 'MPI', 'MPIExec'),
  known('pbs', 'PBS'),
  known('sge', 'SGE'),
  known('slurm', 'Slurm'),
  known('ssh', 'SSH'),
] as const;

/** Is it the path of a module, and not a name? */
export const isModulePath = (name: string): boolean => /[/\\]/.test(name) || /\.[cm]?[jt]s$/.test(name);

/** Its short name. Throws MusterError `bad_option`, which names those there are. */
export function resolveLauncherName(role: LaunchRole, given: string): string {
  const wanted = given
    .trim()
    .replace(/^.*[.:]/, '')
    .toLowerCase();
  const namesOf = ({ name, classes }: KnownLauncher): string[] =>
    [name, ...classes[role]].map((one) => one.toLowerCase());
  const exact = knownLaunchers.find((one) => namesOf(one).includes(wanted));
  if (exact !== undefined) return exact.name;
  const begun =
    wanted === '' ? [] : knownLaunchers.filter((one) => namesOf(one).some((name) => name.startsWith(wanted)));
  if (begun.length === 1) return begun[0]!.name;
  throw unknownLauncher(role, given, wanted, begun);
}

function unknownLauncher(
  role: LaunchRole,
  given: string,
  wanted: string,
  begun: readonly KnownLauncher[],
): MusterError {
  const title = ({ name, classes }: KnownLauncher): string => `${name} (${classes[role][0]})`;
  const others: LaunchRole = role === 'engine' ? 'controller' : 'engine';
  const twin = knownLaunchers.find(({ classes }) => classes[others].some((one) => one.toLowerCase() === wanted));
  const shown = given.length > 80 ? `${given.slice(0, 80)}…` : given;
  if (twin !== undefined)
    return new MusterError(
      'bad_option',
      `${shown} launches ${others}s, not ${role}s.`,
      `For ${role}s take ${twin.classes[role][0]}.`,
    );
  const all = (begun.length > 1 ? begun : knownLaunchers).map(title).join(', ');
  const what = begun.length > 1 ? 'can mean several launchers' : 'is not a launcher';
  return new MusterError(
    'bad_option',
    `'${shown}' ${what}.`,
    `There are: ${all}; or name a module of your own by its path, ./my-launcher.ts.`,
  );
}
