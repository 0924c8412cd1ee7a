// --reuse: which files serve again, and what is said when they do not.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Connections } from '@muster/config';
import { buildConnections, connectionPaths, defaultsOf, ensureProfile, writeConnectionFiles } from '@muster/config';
import { MusterError } from '@muster/protocol';
import { silentLogger } from '@muster/telemetry';
import { type TemporaryFolder, temporaryFolder } from '@muster/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseIdentity } from './identity.ts';
import { explainReuse, leaveFiles } from './reuse.ts';
import { type ControllerValues, controllerSettings } from './settings.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder('reuse');
  ensureProfile(folder.path);
});
afterEach(() => folder.remove());

const pathsOf = () => connectionPaths(folder.path, '');
const values = (more: Partial<ControllerValues> = {}): ControllerValues => ({
  ...(defaultsOf(controllerSettings) as ControllerValues),
  reuse: true,
  ...more,
});

function connections(): Connections {
  const ports = new Map<string, number>();
  const portOf = (key: string): number => ports.get(key) ?? ports.set(key, 20_000 + ports.size).get(key)!;
  return buildConnections(portOf, {
    addresses: { client: '127.0.0.1', engine: '127.0.0.2' },
    ...{ key: 'a key', location: 'localhost', scheme: 'leastload', curveServerKeys: null },
    ssh: { client: 'tunnel', engine: '' },
  });
}

async function choose(more: Partial<ControllerValues> = {}) {
  const said: { level: string; text: string; fields: object }[] = [];
  const say = (level: string) => (fields: object, text: string) => void said.push({ level, text, fields });
  const log = { ...silentLogger, info: say('info'), warn: say('warn'), error: say('error') };
  return { identity: await chooseIdentity(values(more), pathsOf(), undefined, log), said };
}

function write(change: (files: Connections) => void = () => {}): Connections {
  const files = connections();
  change(files);
  writeConnectionFiles(pathsOf(), files.client, files.engine);
  return files;
}

test('addresses, ports, key, place and tunnels are those of the files', async () => {
  const { client, engine } = write((files) => Object.assign(files.engine, { broadcast: [20_100, 20_101, 20_102] }));
  const { identity, said } = await choose();
  expect(said).toEqual([]);
  expect(identity).toMatchObject({
    addresses: { client: '127.0.0.1', engine: '127.0.0.2' },
    ...{ key: 'a key', location: 'localhost', ssh: { client: 'tunnel', engine: '' }, reused: { client, engine } },
    plan: {
      'engine:registration': engine.registration,
      'client:task': client.task,
      'engine:broadcast': [20_100, 20_101, 20_102],
    },
  });
});

test('files as Python writes them: another order of keys, orjson, all interfaces', async () => {
  const { client, engine } = connections();
  const python = { pack: 'orjson', unpack: 'orjson', interface: 'tcp://*' };
  for (const [path, file] of [
    [pathsOf().client, client],
    [pathsOf().engine, engine],
  ] as const)
    writeFileSync(path, JSON.stringify(Object.fromEntries(Object.entries({ ...file, ...python }).reverse())), {
      mode: 0o600,
    });
  const texts = Object.values(pathsOf())
    .slice(0, 2)
    .map((path) => readFileSync(path, 'utf8'));
  const { identity } = await choose();
  expect(identity.addresses).toEqual({ client: '0.0.0.0', engine: '0.0.0.0' });
  leaveFiles(pathsOf(), identity.reused, connections());
  expect(
    Object.values(pathsOf())
      .slice(0, 2)
      .map((path) => readFileSync(path, 'utf8')),
  ).toEqual(texts);
});

test('only what clients are told of the scheme is brought up to date', async () => {
  write();
  const { identity } = await choose();
  const now = connections();
  leaveFiles(pathsOf(), identity.reused, { ...now, client: { ...now.client, task_scheme: 'pure' } });
  expect(JSON.parse(readFileSync(pathsOf().client, 'utf8'))).toEqual({
    ...identity.reused?.client,
    task_scheme: 'pure',
  });
});

test('a first start with --reuse has nothing to say', async () => {
  const { identity, said } = await choose();
  expect(identity.reused).toBeUndefined();
  expect(said).toEqual([]);
});

test('settings that the files overrule are named, without their values', async () => {
  write();
  const { said } = await choose({ key: 'secret', ip: '*', registrationPort: 5, location: 'elsewhere' });
  expect(said[0]).toMatchObject({ level: 'info', fields: { ignored: 'Session.key, location, ports, ip' } });
  expect(JSON.stringify(said)).not.toContain('secret');
});

test('files of a controller on another machine are used, and that is said', async () => {
  write(({ client, engine }) => {
    for (const file of [client, engine]) Object.assign(file, { location: 'nowhere.invalid' });
  });
  const { identity, said } = await choose();
  expect(identity.location).toBe('nowhere.invalid');
  expect(said).toMatchObject([{ level: 'warn', text: expect.stringContaining('another machine') }]);
  expect((await choose({ location: 'nowhere.invalid' })).said).toEqual([]);
});

describe('what cannot be reused is an error in the log with its reason, and new ones are made', () => {
  const refused: [name: string, prepare: () => void, why: string][] = [
    ['keys that differ', () => write((files) => Object.assign(files.engine, { key: 'b' })), 'differ in key'],
    [
      'two registrations',
      () => write((files) => Object.assign(files.engine, { registration: 9 })),
      'differ in registration',
    ],
    [
      'half a file',
      () => {
        write();
        writeFileSync(pathsOf().client, '{"ssh": ', { mode: 0o600 });
      },
      'half written',
    ],
    ['another digest', () => write((f) => Object.assign(f.client, { signature_scheme: 'hmac-md5' })), 'hmac-sha256'],
    [
      'one file alone',
      () => writeFileSync(pathsOf().engine, JSON.stringify(connections().engine), { mode: 0o600 }),
      'client.json does not exist',
    ],
    [
      'a CURVE key',
      () =>
        write(({ client, engine }) => {
          for (const file of [client, engine]) Object.assign(file, { curve_serverkey: 'x'.repeat(40) });
        }),
      'CURVE',
    ],
  ];
  test.each(refused)('%s', async (_name, prepare, why) => {
    prepare();
    const { identity, said } = await choose();
    expect(identity.reused).toBeUndefined();
    expect(said).toMatchObject([
      { level: 'error', text: expect.stringContaining('new ones'), fields: { why: expect.stringContaining(why) } },
    ]);
  });
});

test('what the files name and cannot be had says so', () => {
  const explained = explainReuse(
    new MusterError('port_in_use', 'tcp://x:1: this port is taken'),
    pathsOf(),
  ) as MusterError;
  expect(explained.code).toBe('port_in_use');
  expect(explained.message).toContain('tcp://x:1: this port is taken, and the connection files');
  expect(explained.remedy).toContain(pathsOf().engine);
  const other = new Error('other');
  expect(explainReuse(other, pathsOf())).toBe(other);
});
