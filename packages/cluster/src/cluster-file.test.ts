import type { LaunchedProcess, LaunchHandle } from '@muster/launchers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ClusterState, describeOptions, formatCluster, parseCluster } from './cluster-file.ts';
import { startNotes } from './sections.ts';

/** As Python 9.2 wrote it (§9.2). */
const recorded = {
  cluster: {
    ...{ cluster_id: 'demo', controller_args: [], controller_ip: '', controller_location: '', delay: 1.0, n: 2 },
    ...{ profile_dir: '/p', class: 'ipyparallel.cluster.cluster.Cluster' },
  },
  controller: {
    class: 'local',
    state: {
      cluster_id: 'demo',
      output_file: '/p/log/ipcontroller-demo-4964.log',
      pid: 5005,
      profile_dir: '/p',
      state: 'running',
    },
  },
  engines: {
    class: 'local',
    sets: {
      '1795348217': {
        ...{ cluster_id: 'demo', n: 2, pid: -1, profile_dir: '/p', state: 'running' },
        engines: {
          '0': {
            cluster_id: 'demo',
            n: 1,
            output_file: '/p/log/e-0.log',
            pid: 5063,
            profile_dir: '/p',
            state: 'running',
          },
          '1': {
            cluster_id: 'demo',
            n: 1,
            output_file: '/p/log/e-1.log',
            pid: 5064,
            profile_dir: '/p',
            state: 'running',
          },
        },
      },
    },
  },
};

test("Python's file is read, and written again as it was", () => {
  const cluster = parseCluster(JSON.stringify(recorded), { '1795348217:5063': '77' })!;
  expect(cluster.controller).toEqual({
    launcher: 'local',
    processes: { '0': { pid: 5005, startedAt: undefined, outputFile: '/p/log/ipcontroller-demo-4964.log' } },
  });
  expect(cluster.engineSets['1795348217']?.processes['0']?.startedAt).toBe('77');
  expect(formatCluster(cluster)).toEqual(recorded);
  expect(startNotes(cluster.controller, cluster.engineSets)).toEqual({ '1795348217:5063': '77' });
});

const process = fc.record({
  pid: fc.integer({ min: 1, max: 2 ** 22 }),
  startedAt: fc.string(),
  outputFile: fc.string(),
});
const plain = fc.dictionary(fc.constantFrom('hostname', 'ssh_args', 'queue'), fc.string(), { minKeys: 1 });
const state = fc.option(plain, { nil: undefined });
const numbered = (all: readonly LaunchedProcess[]): LaunchHandle['processes'] =>
  Object.fromEntries(all.map((one, i) => [String(i), one]));
const handle = (most: number): fc.Arbitrary<LaunchHandle> =>
  fc
    .record({ all: fc.uniqueArray(process, { minLength: 1, maxLength: most, selector: ({ pid }) => pid }), state })
    .map(({ all, state: more }) => ({ launcher: 'local', processes: numbered(all), ...(more && { state: more }) }));
/** One process for all, a job without a process, and a host for each process. */
const others: fc.Arbitrary<LaunchHandle> = fc.oneof(
  process.map((one) => ({ launcher: 'mpi', processes: numbered([one]), n: 4 })),
  fc.string().map((job_id) => ({ launcher: 'pbs', processes: {}, n: 8, state: { job_id, queue: 'q' } })),
  fc.record({ one: process, two: process, own: plain }).map(({ one, two, own }) => ({
    launcher: 'ssh',
    processes: { 'host/0': one, 'other/0': { ...two, pid: one.pid + 1 } },
    state: { remote_python: 'python3', engines: { 'host/0': own, 'other/0': own } },
  })),
);
const clusters: fc.Arbitrary<ClusterState> = fc.record({
  clusterId: fc.string(),
  profileDir: fc.string(),
  options: fc.constant(
    describeOptions({ controllerArguments: ['--reuse'], controllerIp: '*', controllerLocation: 'h', delayS: 1, n: 3 }),
  ),
  controller: fc.option(handle(1), { nil: undefined }),
  engineSets: fc.dictionary(fc.stringMatching(/^\d{1,10}(-\d)?$/), fc.oneof(handle(3), others), { maxKeys: 3 }),
});

test('what is written is what is read, also of several launchers', () => {
  fc.assert(
    fc.property(clusters, (cluster) => {
      const notes = startNotes(cluster.controller, cluster.engineSets);
      expect(parseCluster(JSON.stringify(formatCluster(cluster)), notes)).toEqual(cluster);
    }),
  );
});

test('garbage of any kind is no cluster, or a cluster of what can be used', () => {
  for (const text of ['', '{', 'null', '[]', '{"cluster": 1}', '{"cluster": {"cluster_id": 1, "profile_dir": ""}}']) {
    expect(parseCluster(text, {})).toBeUndefined();
  }
  const part = fc.anything({ maxDepth: 4 });
  fc.assert(
    fc.property(part, part, (controller, engines) => {
      const text = JSON.stringify({ cluster: { cluster_id: '', profile_dir: '' }, controller, engines }, (_, value) =>
        typeof value === 'bigint' ? String(value) : value,
      );
      expect(parseCluster(text, {})).toMatchObject({ clusterId: '' });
    }),
  );
});

test('a set that is one process (MPI) is kept as that process', () => {
  const sets = { '1': { pid: 7, output_file: '/l' } };
  const text = JSON.stringify({ cluster: { cluster_id: '', profile_dir: '' }, engines: { class: 'mpi', sets } });
  expect(parseCluster(text, {})?.engineSets['1']).toEqual({
    launcher: 'mpi',
    n: 1,
    processes: { '0': { pid: 7, startedAt: undefined, outputFile: '/l' } },
  });
});
