// Controllers and engines on other hosts by ssh, as config files say: a person at node1, who has no file in common with node2 and node3.
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Question } from './compute.ts';
import { compute } from './compute.ts';
import { end } from './desk.ts';
import { clientFile, filesIn } from './files.ts';
import type { Hosts } from './hosts.ts';
import { createHosts } from './hosts.ts';
import { meets } from './meets.ts';

let hosts: Hosts;
beforeAll(async () => {
  hosts = await createHosts();
});
afterAll(() => hosts?.[Symbol.asyncDispose]());
afterEach(() => hosts.endTest());

const folder = '~/.ipython/profile_ssh';

/** Host and profile folder of each engine, in order. */
async function placesOf(question: Omit<Question, 'cluster' | 'expression'>): Promise<string[]> {
  const cluster = { profile: 'ssh' };
  const answers = await compute(hosts.desks[0], { ...question, cluster, expression: 'process.env.IPP_PROFILE_DIR' });
  expect(answers.map(({ product }) => product)).toEqual(Array(question.n).fill(42));
  return answers.map(({ host, value }) => `${host} ${value}`).sort();
}

meets(['SSHEngineSetLauncher.engines', 'SSHEngineSetLauncher.engine_args'], async () => {
  const [desk] = hosts.desks;
  const lines = [
    "c.IPClusterEngines.engine_launcher_class = 'SSHEngineSetLauncher';",
    "c.SSHEngineSetLauncher.engine_args = ['--profile-dir=/home/machine/theirs'];",
    "c.SSHEngineSetLauncher.engines = { node2: 2, node3: [1, ['--profile-dir=/home/machine/own']] };",
  ];
  await desk.write(`${folder}/ipcluster_config.ts`, lines.join('\n'));
  await desk.write(`${folder}/ipcontroller_config.ts`, "c.HubFactory.ip = '*';");
  await using cluster = await desk.start('ipcluster start --profile=ssh');
  await cluster.says('Cluster is ready', 60_000);
  const theirs = 'node2 /home/machine/theirs';
  expect(await placesOf({ n: 3 })).toEqual([theirs, theirs, 'node3 /home/machine/own']);
  await end(cluster);
});

meets(['IPClusterStart.controller_launcher_class: SSH', 'SSHControllerLauncher.hostname'], async () => {
  const [desk, there] = hosts.desks;
  const lines = [
    "c.IPClusterStart.controller_launcher_class = 'SSHControllerLauncher';",
    "c.IPClusterEngines.engine_launcher_class = 'SSHEngineSetLauncher';",
    "c.SSHControllerLauncher.hostname = 'node2';",
    "c.SSHControllerLauncher.user = 'root';",
    "c.SSHControllerLauncher.controller_args = ['--ip=*', '--location=node2'];",
    'c.SSHEngineSetLauncher.engines = { node2: 1, node3: 1 };',
  ];
  await desk.write(`${folder}/ipcluster_config.ts`, lines.join('\n'));
  const started = await desk.run('ipcluster start --profile=ssh --daemonize', { timeoutMs: 90_000 });
  expect(started.code, started.output).toBe(0);
  expect(await clientFile(desk, folder)).toMatchObject({ location: 'node2' });
  expect((await placesOf({ n: 2 })).map((place) => place.split(' ')[0])).toEqual(['node2', 'node3']);
  expect(await there.must('pgrep -fa ipcontroller')).toMatch(/ipcontroller/);
  expect(JSON.parse(await desk.must('ipcluster list --json'))).toHaveLength(1);
  await desk.must('ipcluster stop --profile=ssh');
  expect(JSON.parse(await desk.must('ipcluster list --json'))).toEqual([]);
});

meets(['SSHLauncher.to_send', 'SSHLauncher.to_fetch'], async () => {
  const [desk, second, third] = hosts.desks;
  const lines = [
    "c.IPClusterStart.controller_launcher_class = 'SSH';",
    "c.IPClusterEngines.engine_launcher_class = 'SSH';",
    "c.SSHControllerLauncher.hostname = 'node2';",
    "c.SSHControllerLauncher.controller_args = ['--ip=*', '--location=node2'];",
    "c.SSHControllerLauncher.remote_profile_dir = '/home/machine/there';",
    "c.SSHControllerLauncher.to_send = [['mine.txt', '/home/machine/mine.txt']];",
    'c.SSHControllerLauncher.to_fetch = [',
    "  ['/home/machine/there/security/ipcontroller-client.json', 'security/ipcontroller-client.json'],",
    "  ['/home/machine/there/security/ipcontroller-engine.json', 'security/ipcontroller-engine.json'],",
    "  ['/home/machine/mine.txt', 'back.txt'],",
    '];',
    "c.SSHEngineSetLauncher.to_send = [['security/ipcontroller-engine.json', '/home/machine/sent.json']];",
    "c.SSHEngineSetLauncher.engines = { node3: [1, ['--file=/home/machine/sent.json']] };",
  ];
  await desk.write(`${folder}/ipcluster_config.ts`, lines.join('\n'));
  await desk.write(`${folder}/mine.txt`, 'mine\n');
  await using cluster = await desk.start('ipcluster start --profile=ssh');
  await cluster.says('Cluster is ready', 60_000);
  expect(await second.read('~/mine.txt')).toBe('mine\n');
  expect(await desk.read(`${folder}/back.txt`)).toBe('mine\n');
  expect((await placesOf({ n: 1 })).map((place) => place.split(' ')[0])).toEqual(['node3']);
  // The engine went by the file that was sent, and was given no other.
  expect(await third.must('find ~ -name "ipcontroller-*.json"')).toBe('');
  expect(JSON.parse(await third.read('~/sent.json'))).toMatchObject({ location: 'node2' });
  expect(await filesIn(desk, `${folder}/security`)).toContain('ipcontroller-engine.json');
  await end(cluster);
});
