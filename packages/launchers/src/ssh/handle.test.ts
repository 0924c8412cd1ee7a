import { expect, test } from 'vitest';
import { bySite, controllerHandle, engineSetHandle, readLaunches, readPrograms } from './handle.ts';

const spec = { clusterId: 'c', profileDir: '/p' };
const programs = {
  ssh: { program: ['ssh'], args: ['-F', 'none'] },
  scp: { program: ['scp'], args: ['-q'] },
};
const launches = [
  {
    key: 'you@a:2222/0',
    id: 'ipengine-1-0',
    site: { host: 'a', user: 'you', port: 2222 },
    pid: 7,
    profileDir: '~/.ipython/p',
  },
  { key: 'b/0', id: 'ipengine-2-0', site: { host: 'b' }, pid: 8, profileDir: '/own' },
];
const asText = <T>(value: T): T => JSON.parse(JSON.stringify(value));

test('a set of engines: the members that ipyparallel knows, and our own, which it passes over', () => {
  const handle = engineSetHandle({ spec, programs, launches });
  const common = { cluster_id: 'c', profile_dir: '/p', state: 'running', ssh_cmd: ['ssh'], scp_cmd: ['scp'] };
  expect(handle).toEqual({
    launcher: 'ssh',
    processes: { 'you@a:2222/0': { pid: 7, outputFile: '' }, 'b/0': { pid: 8, outputFile: '' } },
    n: 2,
    state: {
      ...common,
      ...{ ssh_args: ['-F', 'none'], scp_args: ['-q'], pid: -1, n: 2 },
      engines: {
        'you@a:2222/0': {
          ...common,
          ...{
            ssh_args: ['-F', 'none', '-p', '2222'],
            scp_args: ['-q', '-P', '2222'],
            hostname: 'a',
            user: 'you',
            port: 2222,
          },
          ...{ pid: 7, n: 1, launch_id: 'ipengine-1-0', remote_profile_dir: '.ipython/p', output_file: '' },
          remote_output_file: '.muster/launches/ipengine-1-0/log',
        },
        'b/0': {
          ...common,
          ...{
            ssh_args: ['-F', 'none'],
            scp_args: ['-q'],
            hostname: 'b',
            user: '',
            pid: 8,
            n: 1,
            launch_id: 'ipengine-2-0',
          },
          ...{ remote_profile_dir: '/own', output_file: '', remote_output_file: '.muster/launches/ipengine-2-0/log' },
        },
      },
    },
  });
  const again = readLaunches(asText(handle));
  expect(again).toEqual(asText(launches).map((one, i) => ({ ...one, profileDir: ['.ipython/p', '/own'][i] })));
  expect(readPrograms(asText(handle))).toEqual(programs);
});

test('a controller has its port in its address', () => {
  const handle = asText(controllerHandle({ spec, programs, launches: [{ ...launches[0]!, key: '0' }] }));
  expect(readPrograms(handle)).toEqual(programs);
  expect(readLaunches(handle)).toMatchObject([{ key: '0', id: 'ipengine-1-0', site: launches[0]!.site, pid: 7 }]);
});

test("Python's own have no launch; what cannot be a host is refused; garbage is nothing", () => {
  const engine = { hostname: 'a', user: '', pid: 9, ssh_args: ['-p', '2222'] };
  expect(readLaunches({ launcher: 'ssh', processes: {}, state: { engines: { 'a/0': engine } } })).toEqual([
    { key: 'a/0', site: { host: 'a', port: 2222 }, pid: 9, profileDir: '' },
  ]);
  for (const state of [undefined, {}, { engines: [] }, { engines: { x: 7 } }, { hostname: 7 }])
    expect(readLaunches({ launcher: 'ssh', processes: {}, ...(state && { state: state as never }) })).toEqual([]);
  const evil = { hostname: '-oProxyCommand=id', pid: 9 };
  expect(() => readLaunches({ launcher: 'ssh', processes: {}, state: evil })).toThrow(
    /not the name or address of a host/,
  );
  expect(readPrograms({ launcher: 'ssh', processes: {} })).toBeUndefined();
});

test('launches are grouped by host, in parts that a script can do', () => {
  const many = Array.from({ length: 250 }, (_, i) => ({ site: { host: i % 5 === 0 ? 'b' : 'a' }, i }));
  const groups = bySite(many).map(([{ host }, group]) => [host, group.length]);
  expect(groups).toEqual([
    ['b', 50],
    ['a', 100],
    ['a', 100],
  ]);
});
