// Runs ipyparallel's own test-suite, unmodified, with a controller put in the place of Python's.
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Program } from '@muster/testkit';
import { startProgram, temporaryFolder } from '@muster/testkit';
import type { Outcome } from './outcomes.ts';

/** What controllers are started with, beside what the suite gives them. */
export interface ControllerStart {
  /** A flag in the place of `--dictdb`; a test that names another store itself keeps that. */
  readonly store: string;
  /** Behind the suite's own arguments, so that these win. */
  readonly args: readonly string[];
}

export interface PeerRun {
  /** The Python of a virtual environment with ipyparallel and its tests. */
  readonly python: string;
  /** Our controller's command; undefined: Python's own. */
  readonly controller: readonly string[] | undefined;
  /** Modules of the suite, as `test_client`; empty: all. */
  readonly modules: readonly string[];
  /** Tests by the names of outcomes; default: all of these modules. */
  readonly tests?: readonly string[];
  /** Tests that are not run, by these names. */
  readonly leftOut?: readonly string[];
  readonly start?: ControllerStart;
  /** Further arguments for pytest. */
  readonly pytestArguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Stands before pytest's argv: to run it in other namespaces. */
  readonly enter?: readonly string[];
  /** An empty folder for what the suite writes, where those namespaces have it. Default: a temporary one. */
  readonly folder?: string;
  readonly timeoutMs: number;
  /** Called with each line of the report as it comes. */
  readonly onReport?: (line: Report) => void;
}

/** A line that python/report_outcomes.py writes. */
export type Report =
  | { readonly collected: number }
  | { readonly begins: string }
  | { readonly test: string; readonly outcome: Outcome; readonly seconds: number; readonly detail: string };

export interface PeerResult {
  readonly outcomes: Map<string, Outcome>;
  /** What each test took, with what was set up for it. */
  readonly testSeconds: Map<string, number>;
  /** What pytest said of the tests that failed. */
  readonly details: Map<string, string>;
  /** How often a controller was started. */
  readonly starts: number;
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly output: string;
}

const pythonFolder = join(import.meta.dirname, '../python');

/** As pytest is told of modules and tests: `module.Class::name` is `ipyparallel.tests.module::Class::name` there. */
function nodesOf({ modules, tests = modules }: PeerRun): string[] {
  if (tests.length === 0) return ['ipyparallel.tests'];
  return tests.map((name) => {
    const [, path, test] = /^([\w.]+)(.*)$/s.exec(name)!;
    return `ipyparallel.tests.${path!.replaceAll('.', '::')}${test}`;
  });
}

/** Everything the suite writes (home, IPYTHONDIR, temporary files) is in a folder that goes with the run. */
export async function runPeerSuite(run: PeerRun): Promise<PeerResult> {
  await using temporary = await temporaryFolder('peer');
  const at = (name: string): string => join(run.folder ?? temporary.path, name);
  for (const name of ['home', 'ipython', 'tmp', 'work']) await mkdir(at(name));
  const env = {
    ...run.env,
    HOME: at('home'),
    IPYTHONDIR: at('ipython'),
    TMPDIR: at('tmp'),
    // As in an activated environment: what is started as python3 is the same Python.
    PATH: `${dirname(run.python)}:${process.env.PATH}`,
    PYTHONPATH: `${join(pythonFolder, 'child')}:${pythonFolder}`,
    PYTHONDONTWRITEBYTECODE: '1',
    MUSTER_PEER_OUTCOMES: at('outcomes'),
    MUSTER_PEER_STARTS: at('starts'),
    MUSTER_PEER_CONTROLLER: run.controller ? JSON.stringify(run.controller) : undefined,
    MUSTER_PEER_LEFT_OUT: JSON.stringify(run.leftOut ?? []),
    MUSTER_PEER_STORE: run.start?.store,
    MUSTER_PEER_ARGUMENTS: run.start && JSON.stringify(run.start.args),
  };
  // pytest names a test by its path below this folder.
  const environment = dirname(dirname(run.python));
  const argv = [
    ...(run.enter ?? []),
    ...[run.python, '-m', 'pytest', '-p', 'report_outcomes', '-p', 'no:cacheprovider', '--rootdir', environment],
    ...['-c', join(pythonFolder, 'pytest.ini'), '-q', '--tb=short', '--color=no'],
    ...(run.pytestArguments ?? []),
    ...['--pyargs', ...nodesOf(run)],
  ];
  await using program = await startProgram(argv, { cwd: at('work'), env });
  const { lines, timedOut } = await follow(program, at('outcomes'), run);
  const starts = await readFile(at('starts'), 'utf8').catch(() => '');
  const ended = lines.filter((line) => 'test' in line);
  return {
    outcomes: new Map(ended.map((line) => [line.test, line.outcome])),
    testSeconds: new Map(ended.map((line) => [line.test, line.seconds])),
    details: new Map(ended.filter((line) => line.detail !== '').map((line) => [line.test, line.detail])),
    starts: starts.split('\n').filter((line) => line !== '').length,
    exitCode: program.exit?.code ?? null,
    timedOut,
    output: program.output,
  };
}

/** Reads the report while the program runs, until it ends or its time is over. */
async function follow(program: Program, file: string, { timeoutMs, onReport }: PeerRun) {
  const deadline = performance.now() + timeoutMs;
  const lines: Report[] = [];
  const readMore = async (): Promise<void> => {
    const text = await readFile(file, 'utf8').catch(() => '');
    const whole = text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .slice(lines.length, -1);
    for (const line of whole) {
      const report = JSON.parse(line) as Report;
      lines.push(report);
      onReport?.(report);
    }
  };
  while (program.exit === undefined && performance.now() < deadline) {
    await Promise.race([program.exited, new Promise((done) => setTimeout(done, 500))]);
    await readMore();
  }
  const timedOut = program.exit === undefined;
  await program.stop();
  await readMore();
  return { lines, timedOut };
}
