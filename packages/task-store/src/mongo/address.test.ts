import { expect, test } from 'vitest';
import { buildMongoAddress } from './address.ts';

const build = (connectionArgs = '[]', connectionKwargs = '{}', uri = '') =>
  buildMongoAddress({ uri, connectionArgs, connectionKwargs });

test.each([
  ['[]', '{}', 'mongodb://localhost:27017/'],
  ['["db.example"]', '{}', 'mongodb://db.example:27017/'],
  ['["db.example", 27018]', '{}', 'mongodb://db.example:27018/'],
  ['["db.example:1"]', '{}', 'mongodb://db.example:1/'],
  ['["::1", 5]', '{}', 'mongodb://[::1]:5/'],
  ['["[::1]:7"]', '{}', 'mongodb://[::1]:7/'],
  ['["a:1,b:2"]', '{}', 'mongodb://a:1,b:2/'],
  ['["mongodb://u@h/?tls=true"]', '{}', 'mongodb://u@h/?tls=true'],
  ['["a"]', '{"host": "b", "port": 3}', 'mongodb://b:3/'],
  // As people write them for the original.
  ["['db.example', 27018]", '{}', 'mongodb://db.example:27018/'],
  ["('a', 5,)", "{'host': None}", 'mongodb://a:5/'],
  ['[]', '{\'host\': "b",}', 'mongodb://b:27017/'],
])('%s %s → %s', (args, kwargs, url) => {
  expect(build(args, kwargs)).toEqual({ url, options: {} });
});

test('an address goes before a host; the rest are options of the driver', () => {
  const kwargs = '{"username": "me", "password": "p@/", "replicaSet": "r", "tls": true}';
  expect(build('["h"]', kwargs, 'mongodb+srv://x/')).toEqual({
    url: 'mongodb+srv://x/',
    options: { replicaSet: 'r', tls: true, auth: { username: 'me', password: 'p@/' } },
  });
});

test('quotes in passwords stay what they are', () => {
  const kwargs = `{'username': 'me', 'password': 'a"b\\'c(True)', 'tls': True}`;
  expect(build('[]', kwargs).options).toEqual({ tls: true, auth: { username: 'me', password: `a"b'c(True)` } });
});

test.each([
  ['[', '{}', /connection_args is not JSON/],
  ["['h", '{}', /connection_args is not JSON/],
  ['[__import__("os")]', '{}', /connection_args is not JSON/],
  ['"h"', '{}', /connection_args takes a list/],
  ['["h", 1, 2]', '{}', /connection_args takes a list/],
  ['[3]', '{}', /the host as a text/],
  ['["h", "x"]', '{}', /from 1 to 65535/],
  ['["h/x?y"]', '{}', /takes a host/],
  ['[]', '[]', /connection_kwargs takes an object/],
  ['[]', 'null', /connection_kwargs takes an object/],
])('%s %s is refused', (args, kwargs, message) => {
  expect(() => build(args, kwargs)).toThrow(
    expect.objectContaining({ code: 'bad_option', message: expect.stringMatching(message) }),
  );
});
