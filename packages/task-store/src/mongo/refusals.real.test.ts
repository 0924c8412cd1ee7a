// Servers that cannot be used are refused in bounded time, with the reason and what to do. A gate before a real server behaves
// as MongoDB does that wants a login, is no primary, has no room, or is of another age.
import { createServer as createWebServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { GateRules, MongoGate, Refusal } from '../testing/mongo-gate.ts';
import { startMongoGate } from '../testing/mongo-gate.ts';
import type { MongoServer } from '../testing/mongo-server.ts';
import { hasOwnMongo, startMongo, whyNoMongo } from '../testing/mongo-server.ts';
import type { MongoTaskStoreOptions } from './store.ts';
import { createMongoTaskStore } from './store.ts';

const noRoom: Refusal = { code: 14_031, codeName: 'OutOfDiskSpace', errmsg: 'available disk space is too small' };
const noRight: Refusal = { code: 13, codeName: 'Unauthorized', errmsg: 'not authorized on x to execute command' };
const noPrimary: Refusal = { code: 10_107, codeName: 'NotWritablePrimary', errmsg: 'not primary' };
const otherCase: Refusal = {
  code: 13_297,
  codeName: 'DatabaseDifferCase',
  errmsg: 'db already exists with other case',
};
const logins = { me: 'p@ss' };
const writing = new Set(['update', 'delete', 'insert']);
const changing = new Set([...writing, 'createIndexes']);

describe.skipIf(!hasOwnMongo)(`MongoDB that cannot be used${whyNoMongo(hasOwnMongo)}`, () => {
  let server: MongoServer;
  let gate: MongoGate;
  const strangers: Server[] = [];
  beforeAll(async () => {
    server = await startMongo();
  }, 60_000);
  afterAll(() => server?.[Symbol.asyncDispose]());
  afterEach(async () => {
    await gate?.[Symbol.asyncDispose]();
    for (const stranger of strangers.splice(0)) await new Promise((done) => stranger.close(done));
  });
  async function open(rules: GateRules, more: { user?: string; query?: string } & Partial<MongoTaskStoreOptions> = {}) {
    gate = await startMongoGate(server.url, rules);
    const { user = '', query = '', ...options } = more;
    const url = `mongodb://${user}127.0.0.1:${gate.port}/?serverSelectionTimeoutMS=1500&connectTimeoutMS=1000&${query}`;
    return createMongoTaskStore({ address: { url, options: {} }, database: 'x', ...options });
  }
  async function refusal(opening: Promise<unknown>): Promise<{ code: string; message: string; remedy: string }> {
    const begin = performance.now();
    const error = await opening.then(
      () => Promise.reject(new Error('it was opened')),
      (error: unknown) => error as { code: string; message: string; remedy: string },
    );
    // That address gives a server 1.5 s to be found; the rest is for a machine that has other things to do.
    expect(performance.now() - begin).toBeLessThan(30_000);
    return error;
  }

  test.each<[string, GateRules, string, RegExp, RegExp]>([
    ['a wrong password', { logins }, 'user=me:wrong@', /login is refused.*Authentication failed/, /authSource/],
    ['an unknown user', { logins }, 'user=you:p%40ss@', /login is refused/, /Check user, password/],
    ['no user where one is needed', { logins }, '', /wants a login/, /Give user and password/],
    ['a user who may not write', refusing(writing, noRight), '', /user may not/, /readWrite/],
    ['a secondary asked directly', refusing(changing, noPrimary), '', /no server takes writes/, /replicaSet=NAME/],
    ['a full disk', refusing(new Set(['createIndexes']), noRoom), '', /disk of the server is full/, /Free space/],
    ['a name in other case', refusing(changing, otherCase), '', /differs only in case/, /in the case that it has/],
    ['a server that is too old', { hello: { maxWireVersion: 6 } }, '', /too old/, /4\.2/],
    ['a server that is too new', { hello: { minWireVersion: 99, maxWireVersion: 99 } }, '', /too new/, /4\.2/],
    ['a server that says nothing', { isSilent: true }, '', /does not answer/, /firewall/],
  ])('%s', { timeout: 60_000 }, async (_, rules, user, what, remedy) => {
    expect(await refusal(open(rules, { user: user.replace('user=', '') }))).toMatchObject({
      code: 'store_unusable',
      message: expect.stringMatching(what),
      remedy: expect.stringMatching(remedy),
    });
  });

  test('with the right password it is opened, and the password is in no message', { timeout: 60_000 }, async () => {
    const store = await open({ logins }, { user: 'me:p%40ss@' });
    store.put('id1', { submitted: 1 }, 'create');
    expect(await store.history()).toEqual(['id1']);
    await store.close();
    await gate[Symbol.asyncDispose]();
    const error = await refusal(open({ logins: { me: 'other' } }, { user: 'me:p%40ss@', query: 'bad=p%40ss' }));
    expect(`${error.message} ${error.remedy}`).not.toMatch(/p@ss|p%40ss/);
  });

  test('a replica set without a primary', { timeout: 60_000 }, async () => {
    gate = await startMongoGate(server.url);
    const me = `127.0.0.1:${gate.port}`;
    gate.set({ hello: { isWritablePrimary: false, ismaster: false, secondary: true, setName: 'r', hosts: [me], me } });
    const address = { url: `${gate.url}?serverSelectionTimeoutMS=1500`, options: {} };
    expect(await refusal(createMongoTaskStore({ address, database: 'x' }))).toMatchObject({
      message: expect.stringMatching(/no server takes writes/),
      remedy: expect.stringMatching(/replicaSet=NAME/),
    });
  });

  test.each<[string, () => Server]>([
    ['a web server', () => createWebServer((_, answer) => answer.end('hello')) as Server],
    ['what hangs up', () => createServer((socket) => socket.on('error', () => {}).destroy())],
    [
      'what talks nonsense',
      () => createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end('x'.repeat(1000)))),
    ],
  ])('%s is no MongoDB', { timeout: 60_000 }, async (_, create) => {
    const stranger = create();
    strangers.push(stranger);
    await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done));
    const url = `mongodb://127.0.0.1:${(stranger.address() as AddressInfo).port}/?serverSelectionTimeoutMS=1500`;
    expect(await refusal(createMongoTaskStore({ address: { url, options: {} }, database: 'x' }))).toMatchObject({
      code: 'store_unusable',
      message: expect.stringMatching(/does not speak as MongoDB does/),
    });
  });

  test('a server that is too slow to be opened in time', { timeout: 60_000 }, async () => {
    expect(await refusal(open({ delayMs: 800 }, { openWithinMs: 1000 }))).toMatchObject({
      code: 'store_unusable',
      message: expect.stringMatching(/does not answer within 1 s/),
    });
  });

  test('a user who may not make indexes can do without them', { timeout: 60_000 }, async () => {
    const told: string[] = [];
    const onTrouble = ({ what, why }: { what: string; why: string }): void => void told.push(`${what}: ${why}`);
    const store = await open(refusing(new Set(['createIndexes']), noRight), { onTrouble });
    store.put('id1', { submitted: 1 }, 'create');
    expect(await store.find(['id1'])).toMatchObject([{ record: { submitted: 1 } }]);
    expect(told).toHaveLength(6);
    expect(told[0]).toMatch(/an index is missing: msg_id: not authorized/);
    await store.close();
  });

  test('indexes that take long are made while the store works', { timeout: 60_000 }, async () => {
    const store = await open({ delayMs: 100 }, { indexWaitMs: 1 });
    store.put('id1', { submitted: 1 }, 'create');
    expect(await store.history()).toContain('id1');
    await store.close();
  });
});

const refusing = (commands: ReadonlySet<string>, refusal: Refusal): GateRules => ({
  refuse: (command) => (commands.has(command) ? refusal : undefined),
});
