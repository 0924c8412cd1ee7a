import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { rankCommand } from './folder/rank.ts';
import { buildMpiOrder, createMpiEngineLauncher } from './mpi-engines.ts';
import { createSites } from './sites/sites.ts';

const engine = {
  kernel: 'python',
  env: [{ name: 'A', value: 'b' }],
  startupCommand: 'import this',
  args: ['--x'],
} as const;

test('mpiexec gets the ranks; Open MPI is told which variables to pass on, and no secret is in words', () => {
  const handle = { launcher: 'mpi', id: 'lab-x7k2p', n: 4 };
  const spec = { mpiexec: ['/opt/mpi/bin/mpiexec'], args: ['--hostfile', '~/my hosts'] };
  const order = buildMpiOrder(handle, spec, engine, 'secret');
  const start = ['/opt/mpi/bin/mpiexec', '-n', '4', '--hostfile', '~/my hosts'];
  const program = ['python3', '-m', 'ipyparallel.engine', '--IPEngine.startup_command=import this', '--x'];
  expect(order.command).toEqual([...start, ...rankCommand('lab-x7k2p', 4, program)]);
  expect(order.env).toEqual({ A: 'b', IPP_CONNECTION_INFO: 'secret' });
  expect(order.before).toContain("4 --hostfile '~/my hosts' -x A -x IPP_CONNECTION_INFO sh -c ");
  expect(JSON.stringify([order.command, order.before])).not.toContain('secret');
});

const rank = (env: Record<string, string>, n = 3) => {
  const [program, ...args] = rankCommand('lab', n, ['/bin/sh', '-c', 'echo "engine $1"; exit 4', 'engine']);
  return spawnSync(program!, args, { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } });
};

test.each([
  [{ MUSTER_INDEX: '2', SLURM_PROCID: '0' }, 2],
  [{ OMPI_COMM_WORLD_RANK: '1', SLURM_PROCID: '0', PMI_RANK: '0' }, 1],
  [{ PMI_RANK: '1', SLURM_PROCID: '0' }, 1],
  [{ PMIX_RANK: '0' }, 0],
  [{ SLURM_PROCID: '2' }, 2],
])('a rank learns from %j that it is engine %d; its end is no failure to others', (env, index) => {
  const { stdout, status } = rank(env);
  expect(stdout).toBe(`\n@rank ${index} started\nengine --Session.session=lab-${index}\n\n@rank ${index} ended 4\n`);
  expect(status).toBe(0);
});

test('a rank that cannot know which it is, or is one too many, says so', () => {
  expect(rank({}).stdout).toMatch(/no variable says which of the 3 engines this is/);
  expect(rank({}, 1).stdout).toContain('engine --Session.session=lab-0');
  expect(rank({ PMI_RANK: '$(id)' }).stdout).toMatch(/no variable says/);
  expect(rank({ PMI_RANK: '3' }).stdout).toBe('muster: engine 3 is one too many: 3 were asked for\n');
});

test('where it runs is in the handle', () => {
  const launcher = createMpiEngineLauncher(createSites());
  expect(launcher.plan({ id: 'a', n: 2, spec: {} }, [])).toEqual({ launcher: 'mpi', id: 'a', n: 2 });
  const site = { host: 'head', user: 'lab', port: undefined };
  expect(launcher.plan({ id: 'a', n: 2, spec: { site } }, [])).toEqual({
    ...{ launcher: 'mpi', id: 'a', n: 2, site: { host: 'head', user: 'lab' } },
  });
  expect(() => launcher.plan({ id: 'a', n: 2, spec: { site: { host: '-x' } } }, [])).toThrow(/host/);
});
