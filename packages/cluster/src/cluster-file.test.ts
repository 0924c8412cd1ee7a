import type { LaunchHandle } from '@muster/launchers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Cluster, describeOptions, formatCluster, parseCluster, startNotes } from './cluster-file.ts';

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
  const cluster = parseCluster(JSON.stringify(recorded), { 5063: '77' })!;
  expect(cluster.controller).toEqual({
    launcher: 'local',
    processes: { '0': { pid: 5005, startedAt: undefined, outputFile: '/p/log/ipcontroller-demo-4964.log' } },
  });
  expect(cluster.engineSets['1795348217']?.processes['0']?.startedAt).toBe('77');
  expect(formatCluster(cluster)).toEqual(recorded);
  expect(startNotes(cluster)).toEqual({ 5063: '77' });
});

const process = fc.record({
  pid: fc.integer({ min: 1, max: 2 ** 22 }),
  startedAt: fc.string(),
  outputFile: fc.string(),
});
const handle = (most: number): fc.Arbitrary<LaunchHandle> =>
  fc
    .uniqueArray(process, { minLength: 1, maxLength: most, selector: ({ pid }) => pid })
    .map((all) => ({ launcher: 'local', processes: Object.fromEntries(all.map((one, i) => [String(i), one])) }));
const clusters: fc.Arbitrary<Cluster> = fc.record({
  clusterId: fc.string(),
  profileDir: fc.string(),
  options: fc.constant(
    describeOptions({ controllerArguments: ['--reuse'], controllerIp: '*', controllerLocation: 'h', delayS: 1, n: 3 }),
  ),
  controller: fc.option(handle(1), { nil: undefined }),
  engineSets: fc.dictionary(fc.stringMatching(/^\d{1,10}(-\d)?$/), handle(3), { maxKeys: 3 }),
});

test('what is written is what is read', () => {
  const differentPids = (cluster: Cluster): boolean => {
    const handles = [cluster.controller, ...Object.values(cluster.engineSets)];
    const pids = handles.flatMap((one) => Object.values(one?.processes ?? {}).map(({ pid }) => pid));
    return new Set(pids).size === pids.length;
  };
  fc.assert(
    fc.property(clusters.filter(differentPids), (cluster) => {
      expect(parseCluster(JSON.stringify(formatCluster(cluster)), startNotes(cluster))).toEqual(cluster);
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
    processes: { '0': { pid: 7, startedAt: undefined, outputFile: '/l' } },
  });
});
