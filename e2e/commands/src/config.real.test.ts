// The config lines of controller and engines.
import { join } from 'node:path';
import type { Client } from '@muster/client';
import { connect } from '@muster/client';
import { startMongoWire, until } from '@muster/testkit';
import { expect } from 'vitest';
import { compute } from './compute.ts';
import type { Desk } from './desk.ts';
import { end, endAll, newDesk } from './desk.ts';
import { clientFile, engineFile, listeningAddresses } from './files.ts';
import { meets } from './meets.ts';
import { mongoProgram } from './parts.ts';

const profile = '~/.ipython/profile_default';

meets(['HubFactory.ip', 'HubFactory.location'], async () => {
  await using desk = await newDesk();
  const values = { ip: '*', location: '10.0.1.5', ssh_server: 'login.mycluster.net' };
  const lines = Object.entries(values).map(([name, value]) => `c.HubFactory.${name} = '${value}';\n`);
  const yaml = `HubFactory:\n  ip: '*'\n  location: 10.0.1.5\nHubFactory.ssh_server: login.mycluster.net\n`;
  const forms: readonly (readonly [ending: string, text: string])[] = [
    ['ts', lines.join('')],
    ['mjs', `export default (c) => {\n${lines.join('')}};\n`],
    ['js', `export default { HubFactory: ${JSON.stringify(values)} };\n`],
    ['json', JSON.stringify({ HubFactory: values })],
    ['yaml', yaml],
  ];
  for (const [ending, text] of forms) {
    const path = `~/.ipython/profile_${ending}/ipcontroller_config.${ending}`;
    await desk.write(path, text);
    await using controller = await desk.start(`ipcontroller --profile=${ending}`);
    const folder = `~/.ipython/profile_${ending}`;
    expect(await clientFile(desk, folder), ending).toMatchObject({ location: '10.0.1.5', ssh: 'login.mycluster.net' });
    expect(await engineFile(desk, folder), ending).toMatchObject({ location: '10.0.1.5' });
    expect(await listeningAddresses(controller), ending).toEqual(['0.0.0.0']);
    await end(controller);
  }
});

/** A controller of the default profile and a client, for a while; an engine where there is to be one. */
async function session<T>(desk: Desk, engines: 0 | 1, work: (client: Client) => Promise<T>): Promise<T> {
  await using controller = await desk.start('ipcontroller');
  await using engine = engines === 0 ? undefined : await desk.start('ipengine');
  const done = await (async () => {
    await using client = await until(() => connect({ env: desk.env, timeoutMs: 60_000 }), {
      ...{ what: () => `a controller; it says:\n${controller.output}`, timeoutMs: 30_000 },
    });
    await client.waitForEngines(engines);
    return await work(client);
  })();
  await endAll(engine === undefined ? [] : [engine], [controller]);
  return done;
}

/** Tasks of one client; another gets their results, and submits them again. Resolves to the ids. */
async function work(client: Client, desk: Desk): Promise<readonly string[]> {
  const tasks = [6, 7, 8].map((n) => client.loadBalancedView().apply((x: number) => x * 7, n));
  expect(await Promise.all(tasks)).toEqual([42, 49, 56]);
  const ids = tasks.map((result) => result.tasks[0]!.msgId);
  await using other = await connect({ env: desk.env });
  // A record follows its answer.
  await until(async () => (await other.resultStatus(ids)).completed.length === ids.length, { what: 'all on record' });
  expect(await other.getResult(ids)).toEqual([42, 49, 56]);
  expect(await other.getResult(await other.resubmit(ids))).toEqual([42, 49, 56]);
  return ids;
}

meets(['HubFactory.db_class: DictDB', 'database'], async () => {
  await using desk = await newDesk();
  await desk.write(
    `${profile}/ipcontroller_config.ts`,
    "c.HubFactory.db_class = 'IPython.parallel.controller.dictdb.DictDB';",
  );
  const ids = await session(desk, 1, (client) => work(client, desk));
  expect(ids).toHaveLength(3);
  await session(desk, 0, async (client) => expect(await client.history()).toEqual([]));
});

meets(['HubFactory.db_class: SQLiteDB', 'SQLiteDB.table'], async () => {
  await using desk = await newDesk();
  const config = `${profile}/ipcontroller_config.ts`;
  const store = "c.HubFactory.db_class = 'IPython.parallel.controller.sqlitedb.SQLiteDB';\n";
  await desk.write(config, `${store}c.SQLiteDB.table = 'tasks';\n`);
  const ids = await session(desk, 1, (client) => work(client, desk));
  await session(desk, 0, async (client) => {
    expect(await client.history()).toEqual(expect.arrayContaining([...ids]));
    expect(await client.getResult(ids)).toEqual([42, 49, 56]);
  });
  await desk.write(config, `${store}c.SQLiteDB.table = 'others';\n`);
  await session(desk, 0, async (client) => expect(await client.history()).toEqual([]));
});

meets(['HubFactory.db_class: MongoDB', 'MongoDB.database', 'MongoDB.connection_args'], async () => {
  await using desk = await newDesk();
  await using mongo = await startMongoWire(await mongoProgram(), { file: join(desk.home, 'records') });
  const { hostname, port } = new URL(mongo.url);
  const config = `${profile}/ipcontroller_config.ts`;
  const store = "c.HubFactory.db_class = 'IPython.parallel.controller.mongodb.MongoDB';\n";
  const byArgs = `c.MongoDB.connection_args = ['${hostname}', ${port}];\n`;
  const byKwargs = `c.MongoDB.connection_kwargs = { host: '${hostname}', port: ${port}, appName: 'cluster' };\n`;
  await desk.write(config, `${store}${byArgs}c.MongoDB.database = 'tasks';\n`);
  const ids = await session(desk, 1, (client) => work(client, desk));
  await desk.write(config, `${store}${byKwargs}c.MongoDB.database = 'tasks';\n`);
  await session(desk, 0, async (client) => {
    expect(await client.history()).toEqual(expect.arrayContaining([...ids]));
    expect(await client.getResult(ids)).toEqual([42, 49, 56]);
  });
  await desk.write(config, `${store}${byKwargs}c.MongoDB.database = 'others';\n`);
  await session(desk, 0, async (client) => expect(await client.history()).toEqual([]));
});

meets(['IPEngineApp.startup_command', 'IPEngineApp.startup_script', 'IPEngineApp.work_dir'], async () => {
  await using desk = await newDesk();
  await desk.write('~/work/start.mjs', 'globalThis.script = (globalThis.script ?? 0) + 1;');
  await desk.write(
    `${profile}/ipengine_config.ts`,
    [
      "c.IPEngineApp.startup_command = 'globalThis.command = (globalThis.command ?? 0) + 1';",
      `c.IPEngineApp.startup_script = '${desk.home}/work/start.mjs';`,
      `c.IPEngineApp.work_dir = '${desk.home}/work';`,
    ].join('\n'),
  );
  const expression = '[globalThis.command, globalThis.script]';
  const wanted = { folder: join(desk.home, 'work'), value: [1, 1] };
  await using controller = await desk.start('ipcontroller');
  await using engine = await desk.start('ipengine');
  const [first] = await compute(desk, { n: 1, expression });
  expect(first).toMatchObject(wanted);
  await using client = await connect({ env: desk.env });
  await client.shutdown({ restart: true });
  const again = await until(
    async () => {
      // What is asked in the moment in which the kernels change places may stay without an answer: then it is asked again.
      const answers = await compute(desk, { n: 1, expression, timeoutMs: 8000 });
      return answers.length === 1 && answers[0]!.pid !== first!.pid ? answers[0] : undefined;
    },
    { what: 'the engine is there again', timeoutMs: 60_000 },
  );
  expect(again).toMatchObject(wanted);
  await endAll([engine], [controller]);
});
