// ipcluster from both sides: ours as Python sees it, and Python's as ours sees it.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Cluster } from '@muster/cluster';
import type { Finished, TemporaryFolder } from '@muster/testkit';
import { clusterFilesOf, processesOf, runProgram, temporaryFolder, until } from '@muster/testkit';
import { expect, test } from 'vitest';
import { homeIn, ourCommand } from './cluster.ts';
import type { Environment } from './python.ts';
import { pythonOf, runPython } from './python.ts';

interface Home extends AsyncDisposable {
  readonly env: Environment;
  readonly profileDir: string;
  /** Our `ipcluster`. */
  ours(...args: string[]): Promise<Finished>;
  /** Python's. */
  pythons(...args: string[]): Promise<Finished>;
}

async function newHome(): Promise<Home> {
  const folder: TemporaryFolder = await temporaryFolder('ipcluster');
  // mpiexec runs for root only when it is told so; ours tells it.
  const root = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };
  const env: Environment = { ...homeIn(folder.path), ...root };
  await mkdir(env.IPYTHONDIR!);
  const run = (command: readonly string[], args: readonly string[]): Promise<Finished> =>
    runProgram([...command, ...args], { env, leaveDaemons: true, timeoutMs: 90_000 });
  return {
    env,
    profileDir: join(env.IPYTHONDIR!, 'profile_default'),
    ours: (...args) => run(ourCommand('ipcluster'), args),
    pythons: async (...args) => run([await pythonOf(), '-m', 'ipyparallel.cluster'], args),
    [Symbol.asyncDispose]: folder.remove,
  };
}

const ok = (run: Finished): Finished => {
  expect(run.code, run.output).toBe(0);
  return run;
};

/** Processes of the cluster end on their own after a stop; none may be there any more within a few seconds. */
const expectGone = async (run: Finished, profileDir: string): Promise<void> => {
  await until(async () => (await processesOf(run.tag)).length === 0, {
    what: 'no process of the cluster is left',
    timeoutMs: 5000,
  });
  expect(await clusterFilesOf(profileDir)).toEqual([]);
};

test('ours in the default profile: Python finds it, computes, lists it; stop leaves nothing', async () => {
  await using home = await newHome();
  const started = ok(await home.ours('start', '-n', '4', '--daemonize'));
  const pids = await runPython<number[]>('default_profile.py', ['4'], { env: home.env });
  expect(new Set(pids).size).toBe(4);
  const living = (await processesOf(started.tag)).map(({ pid }) => pid);
  expect(pids.every((pid) => living.includes(pid))).toBe(true);
  const list = JSON.parse(ok(await home.pythons('list', '-o', 'json')).stdout) as {
    cluster: { profile_dir: string };
    controller: { state: { state: string } };
    engines: { sets: Record<string, { engines: object }> };
  }[];
  expect(list).toHaveLength(1);
  expect(list[0]?.cluster.profile_dir).toBe(home.profileDir);
  expect(list[0]?.controller.state.state).toBe('running');
  expect(Object.values(list[0]!.engines.sets).map(({ engines }) => Object.keys(engines).length)).toEqual([4]);
  expect(ok(await home.ours('list')).stdout).toMatch(/default\s.*\bTrue\b.*\b4\b/);
  ok(await home.ours('stop'));
  await expectGone(started, home.profileDir);
  expect(ok(await home.pythons('list', '-o', 'json')).stdout.trim()).toBe('[]');
});

test('ours, stopped by Python', async () => {
  await using home = await newHome();
  const started = ok(await home.ours('start', '-n', '2', '--daemonize', '--cluster-id=theirs'));
  ok(await home.pythons('stop', 'theirs'));
  await until(async () => (await processesOf(started.tag)).length === 0, { what: 'all have ended' });
  expect(ok(await home.ours('list', '-o', 'json')).stdout.trim()).toBe('[]');
});

test("Python's, listed and stopped by ours", async () => {
  await using home = await newHome();
  const started = ok(await home.pythons('start', '-n', '2', '--daemonize'));
  await until(async () => /\bTrue\b.*\b2\b/.test(ok(await home.ours('list')).stdout), {
    what: "Python's cluster in our list",
    timeoutMs: 20_000,
    everyMs: 500,
  });
  ok(await home.ours('stop'));
  await until(async () => (await processesOf(started.tag)).length === 0, { what: 'all have ended' });
  expect(ok(await home.ours('list', '-o', 'json')).stdout.trim()).toBe('[]');
});

test('a second start on a running profile is refused, and the first goes on', async () => {
  await using home = await newHome();
  const started = ok(await home.ours('start', '-n', '1', '--daemonize'));
  const second = await home.ours('start', '-n', '1', '--daemonize');
  expect(second.code).toBe(10);
  expect(second.output).toMatch(/already run/);
  expect(await runPython<number[]>('default_profile.py', ['1'], { env: home.env })).toHaveLength(1);
  ok(await home.ours('stop'));
  await expectGone(started, home.profileDir);
});

interface Seen {
  readonly keys: string[];
  readonly running: boolean;
  readonly sets: Record<string, { readonly class: string; readonly n: number; readonly pid: number }>;
  readonly ids: number;
}

test("ours of processes and of MPI: Python's Cluster and ClusterManager see, use and stop them", async () => {
  await using home = await newHome();
  const mpi = ['--engines=MPI', '--MPILauncher.mpi_args=--oversubscribe'];
  for (const [engines, name] of [
    [[], 'LocalEngineSetLauncher'],
    [mpi, 'MPIEngineSetLauncher'],
  ] as const) {
    const started = ok(await home.ours('start', '-n', '2', '--daemonize', '--cluster-id=seen', ...engines));
    const seen = await runPython<Seen>('own_clusters.py', ['seen'], { env: home.env });
    expect(seen).toMatchObject({ keys: ['default:seen'], running: true, ids: 2 });
    expect(Object.values(seen.sets)).toMatchObject([{ class: name, n: 2 }]);
    await until(async () => (await processesOf(started.tag)).length === 0, { what: 'all have ended' });
    expect(ok(await home.ours('list', '-o', 'json')).stdout.trim()).toBe('[]');
  }
});

test('ours of several launchers: Python lists all engines and stops them', async () => {
  await using home = await newHome();
  const started = ok(await home.ours('start', '-n', '1', '--daemonize'));
  ok(await home.ours('engines', '-n', '2', '--daemonize', '--engines=MPI', '--MPILauncher.mpi_args=--oversubscribe'));
  expect(ok(await home.ours('list')).stdout).toMatch(/\bTrue\b.*\b3\b/);
  expect(ok(await home.pythons('list')).stdout).toMatch(/\bTrue\b.*\b2 +Local/);
  ok(await home.pythons('stop'));
  await until(async () => (await processesOf(started.tag)).length === 0, { what: 'all of the first have ended' });
  expect(ok(await home.ours('list', '-o', 'json')).stdout.trim()).toBe('[]');
});

test("Python's of MPI: seen, used and stopped by our Cluster; its restart is left to Python", async () => {
  await using home = await newHome();
  // Its own engines would want mpi4py here.
  const command = ourCommand('ipengine').map((word) => `--MPIEngineSetLauncher.engine_cmd=${word}`);
  const mpi = ['--engines=mpi', '--MPILauncher.mpi_args=--oversubscribe', ...command];
  ok(await home.pythons('start', '-n', '2', '--daemonize', ...mpi));
  const found = (): Promise<Cluster> => Cluster.fromFile({ profileDir: home.profileDir });
  const cluster = await until(found, { what: "Python's cluster", timeoutMs: 20_000 });
  await until(async () => Object.keys((await found()).engineSets).length === 1, {
    what: 'its engines',
    timeoutMs: 20_000,
  });
  expect(Object.values((await found()).engineSets)).toMatchObject([{ launcher: 'mpi', n: 2 }]);
  const client = await cluster.connect();
  await client.waitForEngines(2);
  await client.close();
  expect(await home.ours('restart')).toMatchObject({ code: 11 });
  await expect(cluster.restart()).rejects.toMatchObject({ code: 'no_cluster' });
  expect(ok(await home.ours('status')).stdout).toMatch(/^Engines: 2 registered, 0 starting, 0 queued, 0 lost$/m);
  await (await found()).stop();
  expect(ok(await home.pythons('list', '-o', 'json')).stdout.trim()).toBe('[]');
});
