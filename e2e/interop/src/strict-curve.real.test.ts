// Strict CURVE: each side's connection file opens that side's doors only, and stock peers work as always.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@muster/client';
import { processesOf, runProgram, until } from '@muster/testkit';
import { generateCurvePair } from '@muster/transport';
import { expect, test } from 'vitest';
import { homeIn, ourCommand, startCluster } from './cluster.ts';
import { pythonOf, runPython } from './python.ts';
import { createRestarting, end } from './restarting.ts';

const strict = { MUSTER_CURVE_STRICT: '1' };

test('clients of 9.2, of 8.8 and ours on engines of 9.2, of 8.8 and of Node', async () => {
  await using cluster = await startCluster([], strict);
  const { env, security } = cluster;
  await Promise.all([cluster.startPythonEngine(), cluster.startPythonEngine('ipyparallel-8')]);
  await cluster.registered(2);
  for (const part of ['ipyparallel', 'ipyparallel-8'] as const)
    expect(await runPython('every_channel.py', [security, '2'], { env, part })).toEqual({
      encrypted: true,
      signed: true,
      direct: ['direct', 'direct'],
      balanced: [1, 2, 3, 4, 5, 6],
      broadcast: ['broadcast', 'broadcast'],
      output: ['printed\n', 'printed\n'],
      cleared: null,
      queue: ['0', '1', 'unassigned'],
      history: true,
    });
  await cluster.startNodeEngine();
  await cluster.registered(3);
  const client = await connect({ file: join(security, 'ipcontroller-client.json'), env });
  expect((await client.view('all').execute('6 * 7')).map(({ text }) => text)).toEqual(['42', '42', '42']);
  await client.close();
});

interface Doors {
  readonly own: Record<string, string>;
  readonly other: Record<string, string>;
  readonly [question: string]: unknown;
}

test("no port of one side opens to the other side's file, and each refusal is told in bounded number", async () => {
  await using cluster = await startCluster([], strict);
  const seen = await runPython<Doors>('strict_doors.py', [cluster.security], { env: cluster.env });
  expect(Object.keys(seen.own)).toHaveLength(15);
  expect(new Set(Object.values(seen.own))).toEqual(new Set(['in']));
  expect(seen.other).toEqual(Object.fromEntries(Object.keys(seen.own).map((port) => [port, 'out'])));
  expect(seen).toMatchObject({
    questions: { client: ['connection_reply', 'ok'], engine: ['hub_error', 'PermissionError'] },
    shutdown: ['hub_error', 'PermissionError'],
    registration: ['registration_reply', 'PermissionError'],
    engines: 0,
  });
  await until(() => cluster.controller.output.includes('kept out'), { what: 'a word on those who were kept out' });
  const told = cluster.controller.output.match(/kept out at port \d+ \(\d+ times, from 127\.0\.0\.1\)/g) ?? [];
  expect(told.length).toBeGreaterThanOrEqual(1);
  // At most one for each socket within ten seconds; the knocking takes less than thirty.
  expect(told.length).toBeLessThanOrEqual(3 * 15);
  expect(cluster.controller.exit).toBe(undefined);
});

test('keys of the environment: the files fit them, and they show in no log, argument or engine', async () => {
  const [engine, client] = [generateCurvePair(), generateCurvePair()];
  const secrets = { IPP_CURVE_SECRETKEY: engine.secretKey, MUSTER_CURVE_CLIENT_SECRETKEY: client.secretKey };
  await using cluster = await startCluster(['--debug'], { ...strict, ...secrets });
  const read = (side: string) => JSON.parse(readFileSync(join(cluster.security, `ipcontroller-${side}.json`), 'utf8'));
  expect(read('engine').curve_serverkey).toBe(engine.publicKey);
  expect(read('client').curve_serverkey).toBe(client.publicKey);
  await cluster.startNodeEngine();
  await cluster.registered(1);
  const ours = await connect({ file: join(cluster.security, 'ipcontroller-client.json'), env: cluster.env });
  const code = 'Object.keys(process.env).filter((name) => /CURVE/.test(name)).join()';
  expect((await ours.view('all').execute(code)).map(({ text }) => text)).toEqual(["''"]);
  await ours.close();
  const commands = (await processesOf(cluster.controller.tag)).map(({ command }) => command).join('\n');
  for (const secret of [engine.secretKey, client.secretKey])
    for (const place of [commands, cluster.controller.output]) expect(place).not.toContain(secret);
});

interface Own {
  readonly squares: number[];
}

test('ipcluster: the Cluster API of Python and ours', async () => {
  await using place = await createRestarting(strict);
  const args = [place.profileDir, '2', ...ourCommand('ipcontroller')];
  const own = await runPython<Own>('own_cluster.py', args, { env: place.env });
  expect(own).toEqual({
    encrypted: true,
    signed: true,
    engines: 2,
    squares: [0, 1, 4, 9],
    balanced: [1, 2, 3, 4],
    broadcast: 2,
    environment: [],
  });
  const [node, script] = ourCommand('ipcluster') as [string, string];
  // Keys are given to the controller; engines that our ipcluster starts beside it do not inherit them.
  const env = {
    ...homeIn(place.folder),
    ...strict,
    IPP_CURVE_SECRETKEY: generateCurvePair().secretKey,
    MUSTER_CURVE_CLIENT_SECRETKEY: generateCurvePair().secretKey,
  };
  const python = await pythonOf();
  const engines = `--engine-cmd=${JSON.stringify([python, '-m', 'ipyparallel.engine'])}`;
  const run = (...words: string[]) =>
    runProgram([node, script, ...words, `--profile-dir=${place.profileDir}`], {
      env,
      leaveDaemons: true,
      timeoutMs: 90_000,
    });
  const started = await run('start', '-n', '1', '--daemonize', engines);
  expect(started.code, started.output).toBe(0);
  try {
    const client = await connect({ profileDir: place.profileDir, env });
    const code = "import os; print(sorted(k for k in os.environ if 'SECRETKEY' in k))";
    const [done] = await client.view('all').execute(code);
    expect(done?.stdout).toBe('[]\n');
    await client.close();
  } finally {
    const stopped = await run('stop');
    expect(stopped.code, stopped.output).toBe(0);
  }
});

test('with --reuse a restart has the same keys and ports, and peers of before find it again', async () => {
  await using place = await createRestarting(strict);
  const names = ['client', 'engine', 'curve'];
  const files = () => names.map((name) => readFileSync(join(place.security, `ipcontroller-${name}.json`), 'utf8'));
  const first = await place.start(['--reuse']);
  await place.pythonEngine();
  await place.registered(1);
  const before = files();
  expect(statSync(join(place.security, 'ipcontroller-curve.json')).mode & 0o777).toBe(0o600);
  await end(first, 'SIGTERM');
  const second = await place.start(['--restore']);
  expect(files()).toEqual(before);
  await place.registered(1);
  expect(await runPython('compute.py', [place.security, '1'], { env: place.env })).toMatchObject({
    direct: ['direct'],
  });
  for (const key of Object.values(JSON.parse(before[2]!)) as string[])
    for (const controller of [first, second]) expect(controller.output).not.toContain(key);
});
