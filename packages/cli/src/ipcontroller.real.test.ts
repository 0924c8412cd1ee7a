// The controller as a program: what it says, its files, and every way in which a start can go wrong.
import { type ExecFileException, execFile } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Commands, createCommands, until } from './testing/commands.ts';

// Many programs start here, on a machine that may have other things to do.
vi.setConfig({ testTimeout: 120_000 });

let commands: Commands;
beforeEach(() => {
  commands = createCommands();
});
afterEach(() => commands.dispose());

const bin = fileURLToPath(new URL('../bin/ipcontroller.js', import.meta.url));
const file = (part: string): string => join(commands.profileDir, part);
const json = (side: 'client' | 'engine', cluster = '') =>
  JSON.parse(readFileSync(file(`security/ipcontroller-${cluster}${side}.json`), 'utf8'));

/** A shell script in which $ipcontroller is the command; status and what it said. */
const shell = (script: string): Promise<{ status: number; err: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, IPYTHONDIR: commands.folder, node: process.execPath, bin };
    execFile('sh', ['-c', script], { env, cwd: commands.folder }, (error: ExecFileException | null, _, err) =>
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), err }),
    );
  });

async function start(...options: string[]) {
  const controller = commands.begin(['ipcontroller', ...options]);
  await controller.saying('INFO ready');
  return controller;
}

async function stop(controller: Awaited<ReturnType<typeof start>>): Promise<string> {
  controller.child.kill('SIGTERM');
  const { status, err } = await controller.ended;
  expect(status).toBe(0);
  return err;
}

test('a start says what runs and where the files are, on the terminal and in a log file; a second one is refused', async () => {
  const controller = await start('--ping=700');
  const { pid } = controller.child;
  const second = await commands.run('ipcontroller');
  expect(second).toMatchObject({ status: 1, err: expect.stringContaining(`Process ${pid} (ipcontroller) uses`) });
  expect(second.err).toContain(`kill ${pid}`);
  expect(readFileSync(file('pid/ipcontroller.pid'), 'utf8').split('\n')[0]).toBe(String(pid));
  const { registration } = json('engine');
  expect(json('client')).toMatchObject({
    url: `tcp://127.0.0.1:${registration}`,
    exec_key: json('engine').key,
    ssh: '',
  });
  const said = await stop(controller);
  for (const line of [
    `[controller] INFO pid file written path=${file('pid/ipcontroller.pid')}`,
    `[hub] INFO hub listening for registration url=tcp://127.0.0.1:${registration}`,
    '[hub] INFO hub using database db=DictDB',
    '[task-scheduler] INFO task scheduler started scheme=leastload hwm=1',
    '[heartmonitor] INFO heartmonitor started periodMs=700 maxMisses=10',
    `client=${file('security/ipcontroller-client.json')} engine=${file('security/ipcontroller-engine.json')}`,
    `[controller] INFO engines are listed in a file path=${file('log/engines.json')}`,
  ])
    expect(said).toContain(line);
  expect(commands.files('log')).toEqual([`ipcontroller-${pid}.log`]);
  expect(readFileSync(file(`log/ipcontroller-${pid}.log`), 'utf8')).toBe(said);
});

test('what a killed controller leaves is taken over, with a line', async () => {
  const killed = await start();
  killed.child.kill('SIGKILL');
  await killed.ended;
  expect(commands.files('pid')).toEqual(['ipcontroller.pid']);
  const said = await stop(await start('--log-to-file=false'));
  expect(said).toContain(`WARNING stale pid file taken over: its process has ended`);
  expect(said).toContain(`pid=${killed.child.pid}\n`);
  expect(commands.files('log')).toEqual([`ipcontroller-${killed.child.pid}.log`]);
});

test('two on one machine have different high ports; lines for machines go to the file, too', async () => {
  const [one, two] = [
    await start('--cluster-id=a'),
    commands.begin(['ipcontroller', '--cluster-id=b', '--log-format=json']),
  ];
  await two.saying('"msg":"ready"');
  const ports = ['a-', 'b-'].flatMap((cluster) =>
    (['client', 'engine'] as const).flatMap((side) =>
      Object.entries(json(side, cluster)).flatMap(([key, value]) =>
        key === 'registration' && side === 'client' ? [] : [value].flat().filter((one) => typeof one === 'number'),
      ),
    ),
  );
  expect(ports.length).toBeGreaterThan(20);
  expect(new Set(ports).size).toBe(ports.length);
  expect(Math.min(...ports)).toBeGreaterThan(1023);
  const lines = readFileSync(file(`log/ipcontroller-b-${two.child.pid}.log`), 'utf8')
    .trim()
    .split('\n');
  expect(lines.map((line) => JSON.parse(line).msg)).toContain('hub using database');
  await Promise.all([stop(one), stop(two)]);
});

const outer = Object.values(networkInterfaces())
  .flat()
  .find((own) => own?.family === 'IPv4' && !own.internal);

test.skipIf(outer === undefined)('--ip=* guesses how others reach it, and says how to say otherwise', async () => {
  const said = await stop(await start('--ip=*', '--reuse'));
  const { location } = json('engine');
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  expect(own).toContain(location);
  expect(said).toContain(`INFO location guessed location=${location} interface=`);
  expect(said).toContain('--location=HOST');
  expect(json('client')).toMatchObject({ interface: 'tcp://0.0.0.0', location });
});

test.skipIf(process.platform !== 'linux')('--ip=* on a machine without a network says so', async ({ skip }) => {
  if ((await shell('unshare -Urn ip link set lo up')).status !== 0) skip('no networks in a user namespace here');
  const running = shell(`unshare -Urn sh -c 'ip link set lo up; exec "$node" "$bin" --ip="*"'`);
  await until(() => existsSync(file('security/ipcontroller-engine.json')));
  process.kill(Number(readFileSync(file('pid/ipcontroller.pid'), 'utf8').split('\n')[0]), 'SIGTERM');
  const { status, err } = await running;
  expect(status).toBe(0);
  expect(err).toContain('no IPv4 address but loopback: engines and clients elsewhere cannot come');
});

test('an interface has its address; a location that cannot be looked up is a warning', async () => {
  const controller = await start('--ip=lo', '--location=no-such-host.invalid', '--ssh=me@gate', '--enginessh=gate2');
  await controller.saying('WARNING --location cannot be looked up here location=no-such-host.invalid');
  expect(json('client')).toMatchObject({
    interface: 'tcp://127.0.0.1',
    location: 'no-such-host.invalid',
    ssh: 'me@gate',
  });
  expect(json('engine')).toMatchObject({ ssh: 'gate2' });
  await stop(controller);
});

test.each([
  ['--ip=203.0.113.77', 'no interface of this machine has the address 203.0.113.77', 'lo 127.0.0.1'],
  ['--ip=nosuch0', "no address, interface or host 'nosuch0'", 'an interface (lo'],
  ['--MongoDB.connection_kwargs=[1]', 'MongoDB.connection_kwargs', 'object'],
  ['--IPController.db_class=Postgres', 'db_class', 'DictDB'],
])('%s is refused with what can be given', async (option, what, remedy) => {
  const { status, err } = await commands.run('ipcontroller', option);
  expect(status).toBe(1);
  expect(err).toContain(what);
  expect(err).toContain(remedy);
  expect([...commands.files('security'), ...commands.files('pid')]).toEqual([]);
});

test('a port that is taken is named', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await until(() => server.listening);
  const { port } = server.address() as { port: number };
  const { status, err } = await commands.run('ipcontroller', `--port=${port}`);
  server.close();
  expect(status).toBe(1);
  expect(err).toContain(`${port}: this port is taken`);
  expect(err).toContain('choose another port');
  const [log = ''] = commands.files('log');
  expect(readFileSync(file(`log/${log}`), 'utf8')).toContain(
    `ERROR ended by an error why=tcp://127.0.0.1:${port}: this port`,
  );
  expect([...commands.files('security'), ...commands.files('pid')]).toEqual([]);
});

test('a profile folder that may not be written', async () => {
  chmodSync(commands.folder, 0o555);
  const asOther = process.getuid?.() === 0 ? 'setpriv --reuid=65534 --clear-groups ' : '';
  const { status, err } = await shell(`${asOther}"$node" "$bin"`);
  chmodSync(commands.folder, 0o755);
  expect(err).toMatch(/The profile folder \S+profile_default cannot be used: .*EACCES/);
  expect(err).toContain('--profile-dir');
  expect(status).toBe(1);
});

test('a disk without room for the connection files', async () => {
  const { status, err } = await shell('ulimit -f 0; "$node" "$bin" --log-to-file=false');
  expect(err).toMatch(/cannot be written: E(FBIG|NOSPC)/);
  expect(err).toContain('free space');
  expect(status).toBe(1);
  expect([...commands.files('security'), ...commands.files('pid')]).toEqual([]);
});

const mount = 'mkdir -p profile_default/log && mount -t tmpfs -o size=16k none profile_default/log';

test.skipIf(process.platform !== 'linux')(
  'a disk that fills up costs the log file, not the controller',
  async ({ skip }) => {
    if ((await shell(`unshare -Urm sh -c '${mount}'`)).status !== 0) skip('no mounts in a user namespace here');
    const script = `${mount} && dd if=/dev/zero of=profile_default/log/big bs=1k status=none; exec "$node" "$bin" --log-level=debug`;
    const running = shell(`unshare -Urm sh -c '${script}'`);
    await until(() => existsSync(file('security/ipcontroller-engine.json')));
    process.kill(Number(readFileSync(file('pid/ipcontroller.pid'), 'utf8').split('\n')[0]), 'SIGTERM');
    const { status, err } = await running;
    expect(status).toBe(0);
    expect(err.match(/cannot be written, so the log goes on without it: ENOSPC/g)).toHaveLength(1);
    expect(err).toContain('INFO ready');
  },
);

test('settings by the names of the document, in a file and as options; -nodb', async () => {
  const { profileDir } = commands;
  await stop(await start('-nodb', '--reuse'));
  writeFileSync(
    join(profileDir, 'ipcontroller_config.ts'),
    `c.HubFactory.ip = '127.0.0.1';
c.HubFactory.location = 'host.of.file';
c.HubFactory.ssh_server = 'login.mycluster.net';
c.HubFactory.db_class = 'IPython.parallel.controller.sqlitedb.SQLiteDB';
c.SQLiteDB.table = 'tasks';
c.SQLiteDB.filename = 'mine.db';
c.SQLiteDB.location = ${JSON.stringify(commands.folder)};
c.MongoDB.connection_kwargs = { replicaSet: 'r' };
`,
  );
  const controller = await start('--HubFactory.location=host.of.option', '--cluster-id=c');
  expect(json('client', 'c-')).toMatchObject({ location: 'host.of.option', ssh: 'login.mycluster.net' });
  const said = await stop(controller);
  expect(said).toContain('db=SQLiteDB');
  expect(existsSync(join(commands.folder, 'mine.db'))).toBe(true);
  expect(commands.files('security')).toEqual(['ipcontroller-client.json', 'ipcontroller-engine.json']);
});
