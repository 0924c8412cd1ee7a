import { expect, test } from 'vitest';
import { ancestorsOf, depthOf, isAppClass, ownerOf } from './class-tree.ts';
import { namesOf } from './names.ts';
import { parseCommandLine } from './parse.ts';
import type { SettingsTable } from './settings.ts';

const table = {
  n: {
    name: 'IPClusterEngines.n',
    otherNames: ['Cluster.n', 'IPClusterStart.n'],
    deprecatedNames: ['IPClusterEngines.number'],
    flags: ['n'],
    type: 'integer',
    default: 0,
    description: '.',
  },
  controllerIp: { name: 'Cluster.controller_ip', type: 'text', default: '', description: '.' },
  controllerQueue: { name: 'PBSControllerLauncher.queue', type: 'text', default: '', description: '.' },
  engineQueue: { name: 'PBSEngineSetLauncher.queue', type: 'text', default: '', description: '.' },
  useTwo: { name: 'PBSEngineSetLauncher.two', type: 'boolean', default: false, description: '.' },
  useOne: { name: 'PBSControllerLauncher.two', type: 'boolean', default: false, description: '.' },
  workDir: { name: 'BaseParallelApplication.work_dir', type: 'text', default: '', description: '.' },
  args: { name: 'EngineLauncher.engine_args', type: 'list', default: [], description: '.' },
  engines: {
    name: 'SSHEngineSetLauncher.engines',
    type: 'map',
    default: {} as Readonly<Record<string, unknown>>,
    check: (value) => (Array.isArray(value) ? 'must be an object: host and number' : undefined),
    description: '.',
  },
  store: {
    name: 'IPController.db_class',
    otherNames: ['HubFactory.db_class'],
    type: 'choice',
    choices: ['DictDB', 'MongoDB'],
    default: 'DictDB',
    description: '.',
  },
} as const satisfies SettingsTable;

const parse = (...argv: string[]) => parseCommandLine(table, argv, {});

test.each<[string[], object]>([
  [['--IPClusterStart.n=3', '--Cluster.n=1', '--IPClusterEngines.n=2'], { n: 3 }],
  [['--IPClusterEngines.n=2', '--Cluster.n=1'], { n: 2 }],
  [['--Cluster.n=1', '--Cluster.n=5'], { n: 5 }],
  [['--IPClusterStart.n=3', '-n', '7'], { n: 7 }],
  [['-n', '7', '--Cluster.n=1'], { n: 1 }],
  [['--PBSLauncher.queue=a'], { controllerQueue: 'a', engineQueue: 'a' }],
  [['--PBSEngineSetLauncher.queue=b', '--PBSLauncher.queue=a'], { controllerQueue: 'a', engineQueue: 'b' }],
  [['--BatchSystemLauncher.queue=c', '--PBSLauncher.queue=a'], { controllerQueue: 'a', engineQueue: 'a' }],
  [['--PBSLauncher.two'], { useOne: true, useTwo: true }],
  [['--IPEngineApp.work_dir=/w'], { workDir: '/w' }],
  [['--IPClusterStart.controller_ip=*'], { controllerIp: '*' }],
  [['--IPController.db_class=IPython.parallel.controller.mongodb.MongoDB'], { store: 'MongoDB' }],
  [['--HubFactory.db_class=ipyparallel.controller.mongodb:MongoDB'], { store: 'MongoDB' }],
  [['--EngineLauncher.engine_args=a "b c"', '--EngineLauncher.engine_args=["d"]'], { args: ['a', 'b c', 'd'] }],
  [['--SSHEngineSetLauncher.engines={"a": 2}'], { engines: { a: 2 } }],
  [["--SSHEngineSetLauncher.engines={'a': (1, ['x']), 'b': None}"], { engines: { a: [1, ['x']], b: null } }],
])('%j', (argv, values) => {
  const line = parse(...argv);
  expect(line.values).toMatchObject(values);
  expect(line.warnings).toEqual([]);
});

test('a deprecated name works, with a warning that names the new one', () => {
  const { values, warnings } = parse('--IPClusterEngines.number=3');
  expect(values.n).toBe(3);
  expect(warnings).toEqual(['--IPClusterEngines.number is an old name: say IPClusterEngines.n.']);
  expect(parse('--IPClusterEngines.number=3', '--IPClusterEngines.n=4').values.n).toBe(4);
  expect(parse('--IPClusterEngines.n=4', '--IPClusterEngines.number=3').values.n).toBe(4);
});

test.each([
  ['--SSHEngineSetLauncher.engines=[1]', 'must be an object: host and number'],
  ['--SSHEngineSetLauncher.engines={', 'an object or a list'],
  ['--SSHEngineSetLauncher.engines=5', 'an object or a list'],
  ["--SSHEngineSetLauncher.engines={'a': open('x')}", 'an object or a list'],
  ['--SSHEngineSetLauncher.engines={}\nc.A.b = 1', 'an object or a list'],
])('%j is refused', (arg, remedy) => {
  expect(() => parse(arg)).toThrow(expect.objectContaining({ remedy: expect.stringContaining(remedy) }));
});

test('what a launcher is derived from does not make its name that of another launcher', () => {
  expect(namesOf(table).find('SSHEngineSetLauncher.engine_args')).toEqual([]);
  expect(namesOf(table).find('Application.n')).toMatchObject([{ key: 'n' }]);
  expect(namesOf(table).find('n.n.n')).toEqual([]);
});

test('the tree of classes', () => {
  expect([...ancestorsOf('SSHEngineSetLauncher')]).toEqual(
    expect.arrayContaining(['LocalEngineSetLauncher', 'SSHLauncher', 'EngineLauncher', 'BaseLauncher']),
  );
  expect(depthOf('IPClusterStart')).toBeGreaterThan(depthOf('IPClusterEngines'));
  expect(depthOf('toString')).toBe(0);
  expect(isAppClass('IPEngineApp')).toBe(true);
  expect(isAppClass('PBSLauncher')).toBe(false);
  expect(['HubFactory', 'MPI', 'SGELauncher', 'Session', 'Mine'].map(ownerOf)).toEqual([
    'ipcontroller',
    'ipengine',
    'ipcluster',
    undefined,
    undefined,
  ]);
});
