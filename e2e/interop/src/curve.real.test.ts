// CurveZMQ as Python's controller has it: keys by a file of settings, server keys by the environment of peers.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@muster/client';
import { runProgram, temporaryFolder } from '@muster/testkit';
import { generateCurvePair } from '@muster/transport';
import { expect, test } from 'vitest';
import { homeIn, ourCommand, startCluster } from './cluster.ts';
import { runPython } from './python.ts';

test('keys of a file of settings; peers whose files lack the server key take that of IPP_CURVE_SERVERKEY', async () => {
  await using folder = await temporaryFolder('curve');
  const pair = generateCurvePair();
  const settings = join(folder.path, 'settings.yaml');
  const keys = { curve_secretkey: pair.secretKey, curve_publickey: pair.publicKey };
  const lines = Object.entries({ enable_curve: true, ...keys }).map(
    ([name, value]) => `IPController.${name}: ${JSON.stringify(value)}\n`,
  );
  writeFileSync(settings, lines.join(''), { mode: 0o600 });
  await using cluster = await startCluster([`--config=${settings}`], { IPP_CURVE_SERVERKEY: pair.publicKey });
  for (const side of ['client', 'engine']) {
    const file = join(cluster.security, `ipcontroller-${side}.json`);
    const { curve_serverkey, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    expect([curve_serverkey, rest.key]).toEqual([pair.publicKey, '']);
    writeFileSync(file, JSON.stringify({ ...rest, curve_serverkey: null }));
  }
  await cluster.startPythonEngine();
  await cluster.startNodeEngine();
  const client = await connect({ file: join(cluster.security, 'ipcontroller-client.json'), env: cluster.env });
  await client.waitForEngines(2, { timeoutMs: 60_000 });
  expect((await client.view('all').execute('6 * 7')).map(({ text }) => text)).toEqual(['42', '42']);
  await client.close();
  expect(await runPython('every_channel.py', [cluster.security, '2', 'execute'], { env: cluster.env })).toMatchObject({
    encrypted: true,
    signed: false,
    executed: ['ok', 'ok'],
  });
  expect(cluster.controller.output).not.toContain(pair.secretKey);
});

const good = generateCurvePair();
test.each<[string, Readonly<Record<string, string>>, RegExp]>([
  ['too short', { IPP_CURVE_SECRETKEY: good.secretKey.slice(1) }, /39 characters.*IPP_CURVE_SECRETKEY/s],
  ['not Z85', { IPP_CURVE_SECRETKEY: `"${good.secretKey.slice(1)}` }, /not those of Z85.*zmq\.curve_keypair/s],
  [
    'no pair',
    { IPP_CURVE_SECRETKEY: good.secretKey, IPP_CURVE_PUBLICKEY: generateCurvePair().publicKey },
    /do not form a pair.*alone/s,
  ],
  ['from a file that is not there', { MUSTER_CURVE_SECRETKEY_FILE: '/nowhere/key' }, /nowhere.*holds the secret/s],
])('a key that is %s ends the start with a remedy, without the key, and leaves no files', async (_, env, says) => {
  await using folder = await temporaryFolder('curve');
  const all = { ...homeIn(folder.path), IPP_ENABLE_CURVE: '1', ...env };
  const run = await runProgram([...ourCommand('ipcontroller'), `--profile-dir=${folder.path}/p`], { env: all });
  expect(run).toMatchObject({ code: 1, output: expect.stringMatching(says) });
  for (const secret of Object.values(env)) if (secret.length > 30) expect(run.output).not.toContain(secret);
  const left = await runProgram(['ls', join(folder.path, 'p/security')]);
  expect(left.stdout).toBe('');
});

test('a secret key given as an option is taken, with a warning', async () => {
  await using cluster = await startCluster([`--IPController.curve_secretkey=${good.secretKey}`], {
    IPP_ENABLE_CURVE: '1',
  });
  expect(cluster.controller.output).toMatch(/--IPController\.curve_secretkey shows a secret.*\$IPP_CURVE_SECRETKEY/);
  expect(readFileSync(join(cluster.security, 'ipcontroller-client.json'), 'utf8')).toContain(
    JSON.stringify(good.publicKey),
  );
});
