// ClusterProfiles without Kubernetes: the launcher-operator on a folder, Node and stock Python engines on this machine.
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Client } from '@muster/client';
import { find } from '@muster/provision';
import type { Program } from '@muster/testkit';
import { leftBehind, runProgram, startProgram, until } from '@muster/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServicesCluster } from './cluster.ts';
import { createCluster } from './cluster.ts';
import { python } from './parts.ts';
import type { Environment } from './service-process.ts';
import { ourCommand } from './service-process.ts';

let cluster: ServicesCluster;
let env: Environment;
let operator: Program;
let client: Client;

const startOperator = async (): Promise<void> => {
  operator = await startProgram([...ourCommand('muster'), 'service', 'launcher-operator', '--poll=0.2'], { env });
};

beforeAll(async () => {
  cluster = await createCluster();
  const path = `${dirname(await python())}:${process.env.PATH}`;
  env = { ...cluster.env, PATH: path };
  await cluster.start();
  await startOperator();
  client = await cluster.connect();
});
afterAll(async () => {
  await client?.close();
  await operator?.stop();
  await cluster?.[Symbol.asyncDispose]();
});

const muster = async (...words: string[]): Promise<string> => {
  const { code, output, stdout } = await runProgram([...ourCommand('muster'), ...words], { env });
  if (code !== 0) throw new Error(`muster ${words.join(' ')} ended with ${code}:\n${output}`);
  return stdout;
};

async function apply(name: string, engines: number, engine: string, launcher = '{local: {}}'): Promise<void> {
  const file = join(cluster.folder, `${name}.yaml`);
  await writeFile(
    file,
    `apiVersion: muster.dev/v1alpha1
kind: ClusterProfile
metadata: {name: ${name}}
spec: {engines: ${engines}, engine: ${engine}, launcher: ${launcher}}
`,
  );
  await muster('apply', '-f', file);
}

interface Shown {
  readonly name: string;
  readonly ready: string;
  readonly desired: number;
  readonly registered: number;
  readonly message: string;
}

const shown = async (name: string): Promise<Shown> => (JSON.parse(await muster('get', name, '--json')) as Shown[])[0]!;

const ready = (name: string, engines: number): Promise<unknown> =>
  until(
    async () => {
      const profile = await shown(name);
      return profile.ready === 'True' && profile.desired === engines && profile.registered === engines;
    },
    {
      what: () => `${name} has ${engines} engines. The operator said:\n${operator.output}`,
      timeoutMs: 60_000,
      everyMs: 1000,
    },
  );

const engines = (name: string): { id: number; uuid: string; kernel: string }[] =>
  client.engines.filter(({ uuid }) => uuid.startsWith(`${name}-`));

test('profiles become engines of both kinds, which compute', async () => {
  await Promise.all([apply('js', 2, '{}'), apply('py', 2, '{kernel: python}')]);
  await ready('js', 2);
  await ready('py', 2);
  await client.waitForEngines(4);
  expect(client.engines.map(({ kernel }) => kernel).sort()).toEqual(['node', 'node', 'python', 'python']);
  expect((await client.view('all').execute('6 * 7')).map(({ text }) => text)).toEqual(['42', '42', '42', '42']);
  expect(await muster('get')).toMatch(/^js +local +2 +2 +2 +True .*\npy +local +2 +2 +2 +True /m);
});

test('the connection files of the operator serve a client', async () => {
  const { connect } = await import('@muster/client');
  const file = join(env.IPYTHONDIR!, 'profile_default', 'security', 'ipcontroller-client.json');
  await using other = await connect({ file });
  await other.waitForEngines(4);
});

test('scaled down while it works: the idle engine goes first, the busy one finishes its task', async () => {
  const [first, second] = engines('js');
  const work = client.view(first!.id).execute('await new Promise((done) => setTimeout(done, 4000)); "done"');
  await until(async () => (await client.queueStatus({ targets: first!.id })).engines[first!.id]?.queue === 1, {
    what: 'the task runs',
  });
  await muster('scale', 'js', '--engines=1');
  await until(() => !client.engines.some(({ uuid }) => uuid === second!.uuid), { what: 'the idle one is gone' });
  await muster('scale', 'js', '--engines=0');
  expect((await work).text).toContain('done');
  await ready('js', 0);
  await until(() => engines('js').length === 0, { what: 'no engine is left' });
});

test('an operator that is killed in the middle of launches makes nothing twice', async () => {
  await muster('scale', 'js', '--engines=4');
  await until(async () => (await shown('js')).message.includes('of 4'), { what: 'it has begun', everyMs: 50 });
  process.kill(operator.pid, 'SIGKILL');
  await operator.exited;
  await startOperator();
  await ready('js', 4);
  await until(() => engines('js').length === 4, { what: 'four engines' });
  const balanced = client.loadBalancedView().map((x: number) => x * x, [1, 2, 3, 4]);
  expect(await balanced).toEqual([1, 4, 9, 16]);
});

const mpi = await find('mpi');

test.skipIf(!mpi.present)(
  'ranks of one mpiexec (Open MPI): one is shut down by the wire, more are launched',
  async () => {
    await apply('ranks', 3, '{}', '{mpi: {args: [--allow-run-as-root, --oversubscribe]}}');
    await ready('ranks', 3);
    const before = engines('ranks').map(({ uuid }) => uuid);
    await muster('scale', 'ranks', '--engines=2');
    await until(() => engines('ranks').length === 2, { what: 'one has gone' });
    await ready('ranks', 2);
    expect(before).toEqual(expect.arrayContaining(engines('ranks').map(({ uuid }) => uuid)));
    await muster('scale', 'ranks', '--engines=3');
    await ready('ranks', 3);
    await muster('delete', 'ranks');
  },
);

test('services that are killed do not disturb; profiles that are deleted leave nothing', async () => {
  const before = engines('py').map(({ uuid }) => uuid);
  await cluster.services.hub.kill();
  await cluster.services.hub.start();
  await cluster.services.hub.ready();
  await ready('py', 2);
  expect(engines('py').map(({ uuid }) => uuid)).toEqual(before);
  await Promise.all([muster('delete', 'js'), muster('delete', 'py')]);
  await until(async () => (await muster('get', '--json')) === '[]\n', {
    what: () => `nothing is left:\n${operator.output}`,
    timeoutMs: 30_000,
    everyMs: 300,
  });
  expect(await operator.stop()).toEqual({ code: 0, signal: null });
  expect(await leftBehind(operator.tag)).toEqual([]);
});
