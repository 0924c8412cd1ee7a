import type { EngineConnection } from '@muster/protocol';
import { expect, test } from 'vitest';
import { overrideAddress, reachableInterface, sshServerOf } from './index.ts';

const connection = (over: Partial<EngineConnection>): EngineConnection =>
  ({ interface: 'tcp://0.0.0.0', location: '', registration: 5000, ...over }) as EngineConnection;
const place = { hostname: 'here', addresses: ['127.0.0.1', '10.0.0.5'] };

test.each([
  ['tcp://10.1.1.1', 'elsewhere', 'tcp://10.1.1.1'],
  ['tcp://0.0.0.0', '', 'tcp://127.0.0.1'],
  ['tcp://0.0.0.0', 'here', 'tcp://127.0.0.1'],
  ['tcp://*', '10.0.0.5', 'tcp://127.0.0.1'],
  ['tcp://*', 'elsewhere', 'tcp://elsewhere'],
  ['tcp://[::]', '10.9.9.9', 'tcp://10.9.9.9'],
])('%s at %s is reached by %s', (from, location, reached) => {
  expect(reachableInterface(connection({ interface: from, location }), place)).toBe(reached);
});

test('a location of the command line wins', () => {
  expect(reachableInterface(connection({ location: 'here' }), place, 'other')).toBe('tcp://other');
});

test.each([
  ['tcp://h:6000', 'tcp://h', 6000],
  ['h', 'tcp://h', 5000],
  ['tcp://[::1]:7', 'tcp://[::1]', 7],
])('--url=%s', (url, address, registration) => {
  expect(overrideAddress(connection({}), url)).toMatchObject({ interface: address, registration });
});

test.each(['http://h', 'tcp://h:99999', 'tcp://h:0', 'a/b', ''])('--url=%s is refused', (url) => {
  expect(overrideAddress(connection({}), url)).toBe(undefined);
});

test.each([
  ['nothing is said', {}, {}, ''],
  ['the file names one, wherever the controller is', { ssh: 'gate', location: 'here' }, {}, 'gate'],
  ['the option wins', { ssh: 'gate' }, { server: 'me@other' }, 'me@other'],
  ['a key alone, controller on an address', { interface: 'tcp://10.1.1.1' }, { keyFile: '/k' }, '10.1.1.1'],
  ['a key alone, controller on loopback elsewhere', { location: 'node1' }, { keyFile: '/k' }, 'node1'],
  ['a key alone, controller on loopback here', { location: 'here' }, { keyFile: '/k' }, '127.0.0.1'],
  ['a key alone, IPv6', { interface: 'tcp://[fe80::1]' }, { keyFile: '/k' }, 'fe80::1'],
])('ssh server: %s', (_what, over, chosen, server) => {
  const direct = connection({ interface: 'tcp://127.0.0.1', ssh: '', ...over });
  expect(sshServerOf(direct, { server: '', keyFile: '', ...chosen }, place)).toBe(server);
});
