// How each service starts without its servers, and how it ends.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { leftBehind, runProgram, startNatsServer, until } from '@muster/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ServicesCluster } from './cluster.ts';
import { createCluster } from './cluster.ts';
import { natsProgram } from './parts.ts';
import { createServiceProcess, ourCommand, serviceNames } from './service-process.ts';

let cluster: ServicesCluster;
beforeEach(async () => {
  cluster = await createCluster({ env: { MUSTER_LINGER: '1' } });
});
afterEach(() => cluster[Symbol.asyncDispose]());

/** Ports of the cluster that somebody listens on. */
async function portsTaken(): Promise<number[]> {
  const ports = Array.from({ length: 14 }, (_, i) => cluster.basePort + i);
  const taken = await Promise.all(ports.map(isTaken));
  return ports.filter((_, i) => taken[i]);
}

async function isTaken(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return false;
  } catch {
    return true;
  } finally {
    server.close();
  }
}

test('without NATS and MongoDB a service is alive, says what it waits for, and goes on when they are there', async () => {
  await cluster.nats.stop();
  await cluster.mongo.stop();
  const services = Object.values(cluster.services);
  await Promise.all(services.map((service) => service.start()));
  const { hub, relay } = cluster.services;
  await until(async () => /^503 (?=.*NATS)(?=.*MongoDB)/s.test((await hub.ask('/readyz')) ?? ''), {
    what: 'not ready',
  });
  expect(await hub.ask('/livez')).toBe('200 alive\n');
  expect(await relay.ask('/readyz')).toMatch(/^503 not ready\nrelay: starting\nNATS: /);
  await hub.program.says(/waiting for=.*MongoDB: The task database cannot be opened/, 30_000);
  expect(await portsTaken()).toEqual([]);
  await Promise.all([cluster.nats.start(), cluster.mongo.start()]);
  await Promise.all(services.map((service) => service.ready()));
  expect(await portsTaken()).toHaveLength(14);
});

test.each(serviceNames)('%s that still waits ends at once', async (name) => {
  await cluster.nats.stop();
  const service = cluster.services[name];
  await service.start();
  await service.program.says('waiting for NATS', 30_000);
  const begin = performance.now();
  expect(await service.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - begin).toBeLessThan(2000);
});

test('SIGTERM: not ready and ports closed at once, gone after the time to linger', async () => {
  await cluster.start();
  for (const service of Object.values(cluster.services)) {
    const begin = performance.now();
    const ended = service.stop();
    await until(async () => (await service.ask('/readyz'))?.includes('stopping'), { what: 'not ready' });
    await until(async () => /INFO stopping why=SIGTERM/.test(service.program.output), { what: 'it says so' });
    expect(service.program.exit).toBeUndefined();
    expect(await ended).toEqual({ code: 0, signal: null });
    const tookMs = performance.now() - begin;
    expect(tookMs).toBeGreaterThan(1000);
    expect(tookMs).toBeLessThan(3000);
    expect(await leftBehind(service.program.tag)).toEqual([]);
  }
  expect(await portsTaken()).toEqual([]);
});

test('while it lingers its ports are free, so its successor takes them', async () => {
  await cluster.start();
  const { relay } = cluster.services;
  const successor = createServiceProcess('relay', [], cluster.env);
  const ended = relay.stop();
  await relay.program.says('stopping why=SIGTERM');
  await successor.start();
  await successor.ready();
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(await successor.stop()).toEqual({ code: 0, signal: null });
  await successor.clear();
});

test('a second signal ends it at once', async () => {
  await cluster.start();
  const { program } = cluster.services.heartmonitor;
  process.kill(program.pid, 'SIGTERM');
  await program.says('stopping why=SIGTERM');
  process.kill(program.pid, 'SIGINT');
  expect(await program.exited).toMatchObject({ code: 130 });
});

test('a NATS that refuses is said to, and is asked again until it takes us', async () => {
  const program = await natsProgram();
  const config = 'authorization { user: muster, password: right }';
  await cluster.nats.stop();
  const { port } = cluster.nats;
  const refusing = await startNatsServer(program, { config, port });
  const { relay } = cluster.services;
  const [wrong, right] = [join(cluster.folder, 'wrong'), join(cluster.folder, 'right')];
  await writeFile(wrong, 'wrong\n');
  await writeFile(right, 'right\n');
  await relay.start();
  await until(async () => /NATS: .*does not accept/.test((await relay.ask('/readyz')) ?? ''), { what: 'the reason' });
  await relay.program.says(/refused by NATS.*remedy=Check its user and password/);
  const given = createServiceProcess(
    'heartmonitor',
    ['--nats-user=muster', `--nats-password-file=${right}`],
    cluster.env,
  );
  await given.start();
  await given.ready();
  expect(relay.program.exit).toBeUndefined();
  await refusing[Symbol.asyncDispose]();
  await cluster.nats.start();
  await relay.ready();
  await given.clear();
});

test('a port that somebody else has is waited for, and then named', async () => {
  const server = createServer().listen(cluster.basePort + 2, '127.0.0.1');
  await once(server, 'listening');
  const { heartmonitor } = cluster.services;
  await heartmonitor.start();
  await heartmonitor.program.says('waiting for a port', 30_000);
  expect(await heartmonitor.program.exited).toMatchObject({ code: 1 });
  expect(heartmonitor.program.output).toContain(String(cluster.basePort + 2));
  expect(heartmonitor.program.output).toContain('perhaps this service runs already');
  await heartmonitor.start();
  await heartmonitor.program.says('waiting for a port', 30_000);
  await new Promise((done) => server.close(done));
  await heartmonitor.ready();
});

test('settings from a file, a key from a file, and a log for machines', async () => {
  const [config, key] = [join(cluster.folder, 'settings.yaml'), join(cluster.folder, 'key')];
  await writeFile(key, `${cluster.env.MUSTER_KEY}\n`);
  await writeFile(
    config,
    `cluster-id: other\nnats: [${cluster.nats.address}]\nkey-file: ${key}\nlog-format: json\nlinger: 0\n`,
  );
  const { MUSTER_KEY: _, MUSTER_NATS: __, MUSTER_LINGER: ___, ...env } = cluster.env;
  const unset = { MUSTER_KEY: undefined, MUSTER_NATS: undefined, MUSTER_LINGER: undefined };
  const service = createServiceProcess('relay', [`--config=${config}`], { ...env, ...unset });
  await service.start();
  await service.program.says('"msg":"ready"', 30_000);
  const lines = service.program.output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(new Set(lines.map(({ service: name }) => name))).toEqual(new Set(['relay']));
  const begin = performance.now();
  expect(await service.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - begin).toBeLessThan(2000);
  await service.clear();
});

test.each([
  [['hub'], { MUSTER_KEY: undefined }, /There is no session key.*openssl rand -hex 32/s, 1],
  [['hub', '--mongodb=localhost'], {}, /no address of a MongoDB.*mongodb:\/\/HOST/s, 1],
  [['hub', '--key=secret'], {}, /would show a secret.*--key-file/s, 1],
  [['relay', '--base-port=65530'], {}, /integer from 1 to 65521/s, 1],
  [['relay', '--cluster-id=a.b'], {}, /cannot be a cluster id/s, 1],
  [['relay', '--nats=http://x'], {}, /is no address.*nats:\/\/HOST/s, 1],
  [['relay', '--ip=no such host'], {}, /no address, interface or host/s, 1],
  [['relay', '--http=x'], {}, /is no address/s, 1],
  [['relay', '--enable-curve'], {}, /no secret key.*IPP_CURVE_SECRETKEY/s, 1],
  [['relay', '--curve-strict'], { IPP_CURVE_SECRETKEY: 'x' }, /clients. side.*MUSTER_CURVE_CLIENT_SECRETKEY/s, 1],
  [['relay', '--config=/nowhere'], {}, /cannot be read/s, 1],
  [['relay', '--natz=x'], {}, /Did you mean --nats\?/s, 2],
  [['rely'], {}, /no command 'rely'.*muster service relay.*There are: hub/s, 2],
])('muster service %j is refused with its remedy', async (args, env, says, code) => {
  const run = await runProgram([...ourCommand('muster'), 'service', ...args], { env: { ...cluster.env, ...env } });
  expect(run).toMatchObject({ code, output: expect.stringMatching(says) });
  expect(run.output).not.toMatch(/secret$|node:internal/);
});
