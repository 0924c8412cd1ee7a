import { expect, test } from 'vitest';
import { buildMongoAddress, secretsOf } from './address.ts';
import { createMongoClient } from './connecting.ts';

const optionsOf = (url: string, options: Record<string, unknown> = {}) => createMongoClient({ url, options }).options;

test('times are bounded unless the address says otherwise, in its own way or by options', () => {
  expect(optionsOf('mongodb://h/')).toMatchObject({ serverSelectionTimeoutMS: 5000, connectTimeoutMS: 10_000 });
  const url = 'mongodb://h/?serverSelectionTimeoutMS=7&appName=mine';
  expect(optionsOf(url, { connecttimeoutms: 8 })).toMatchObject({
    serverSelectionTimeoutMS: 7,
    connectTimeoutMS: 8,
    socketTimeoutMS: 60_000,
    appName: 'mine',
  });
});

test('it cannot say in which form values come, nor that old ones do', () => {
  const options = optionsOf('mongodb://h/?readPreference=secondary', { promoteLongs: false, raw: true });
  expect(options).toMatchObject({ promoteLongs: true, promoteBuffers: true, raw: false });
  expect(options.readPreference.mode).toBe('primary');
});

test.each([
  ['mongodb://h/?w=0', {}, /w=0/],
  ['mongodb://h/', { w: 0 }, /w=0/],
  ['mongodb://me:p@ss@h/', {}, /@ stands twice/],
])('%s %j is refused', (url, options, message) => {
  expect(() => createMongoClient({ url, options })).toThrow(
    expect.objectContaining({ code: 'bad_option', message: expect.stringMatching(message) }),
  );
});

test('what only Python needs is left out', () => {
  const connectionKwargs = { tz_aware: true, uuidRepresentation: 'standard', connect: false, tls: true };
  expect(buildMongoAddress({ uri: '', connectionArgs: [], connectionKwargs }).options).toEqual({ tls: true });
});

test.each([
  ['mongodb://me:p%40ss@h/', {}, ['p%40ss', 'p@ss']],
  ['mongodb://h/', { auth: { username: 'me', password: 'p' } }, ['p']],
  ['mongodb://h:27017/', {}, []],
  ['mongodb://me:%zz@h/', {}, ['%zz', '%zz']],
])('%s %j: nobody may see %j', (url, options, secrets) => {
  expect(secretsOf({ url, options })).toEqual(secrets);
});
