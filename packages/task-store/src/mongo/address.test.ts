import { expect, test } from 'vitest';
import { buildMongoAddress } from './address.ts';

const build = (args = '[]', kwargs = '{}', uri = '') =>
  buildMongoAddress({ uri, connectionArgs: JSON.parse(args), connectionKwargs: JSON.parse(kwargs) });

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
  ['["a", 5]', '{"host": null}', 'mongodb://a:5/'],
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

test.each([
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
