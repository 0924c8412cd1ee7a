import { expect, test } from 'vitest';
import { knownHostsFor } from './known-hosts.ts';
import { checkAddress, siteOf } from './site.ts';
import { sshCommand, sshFailure } from './ssh-command.ts';

test('the command line: a key of its own, only the known hosts, nothing shared, a shell by name', () => {
  const files = { keyFile: '/k/key', knownHostsFile: '/tmp/a b/known-hosts', connectTimeoutMs: 2500 };
  const words = sshCommand({ host: 'n1.example', user: 'lab', port: 2222 }, files);
  expect(words.slice(-9)).toEqual(['-i', '/k/key', '-l', 'lab', '-p', '2222', '--', 'n1.example', 'exec /bin/sh']);
  const options = words.filter((_, i) => words[i - 1] === '-o');
  expect(options).toEqual([
    'BatchMode=yes',
    'ConnectionAttempts=1',
    'ServerAliveInterval=10',
    'ServerAliveCountMax=2',
    'ControlMaster=no',
    'ControlPath=none',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'ForwardX11=no',
    'PermitLocalCommand=no',
    'RequestTTY=no',
    'LogLevel=ERROR',
    'ConnectTimeout=3',
    'StrictHostKeyChecking=yes',
    'UserKnownHostsFile="/tmp/a b/known-hosts"',
    'GlobalKnownHostsFile=/dev/null',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
  ]);
});

test('without a key and known hosts ssh decides, and notes new hosts down', () => {
  const words = sshCommand({ host: 'n1' }, { connectTimeoutMs: 10_000 });
  expect(words).toContain('StrictHostKeyChecking=accept-new');
  expect(words.join(' ')).not.toMatch(/-i |-l |-p |Identit|UserKnownHosts/);
});

test.each([
  ['ssh: connect to host n1 port 22: Connection refused', 'unreachable', 'refuses connections'],
  ['ssh: connect to host n1 port 22: Connection timed out', 'timeout', 'does not answer'],
  ['Connection timed out during banner exchange', 'timeout', 'does not answer'],
  ['Timeout, server n1 not responding.', 'timeout', 'does not answer'],
  ['ssh: connect to host n1 port 22: No route to host', 'unreachable', 'cannot be reached'],
  ['ssh: Could not resolve hostname n1: Name or service not known', 'unreachable', 'not a host that is known'],
  ['lab@n1: Permission denied (publickey).', 'access_denied', 'does not let this user in'],
  ['Load key "/k": error in libcrypto\nlab@n1: Permission denied (publickey).', 'access_denied', 'key cannot be used'],
  ['No ED25519 host key is known for n1 and you have requested strict checking.', 'access_denied', 'not among'],
  [
    '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.',
    'access_denied',
    'another host key',
  ],
  ['kex_exchange_identification: Connection closed by remote host', 'unreachable', 'closed the connection'],
  ['something new', 'unreachable', 'something new'],
  ['', 'unreachable', 'it does not say why'],
])('ssh says %j', (stderr, code, words) => {
  const error = sshFailure({ host: 'n1', user: 'lab' }, stderr);
  expect(error.code).toBe(code);
  expect(error.message).toContain('lab@n1');
  expect(error.message).toContain(words);
});

test.each([
  { host: '-oProxyCommand=id' },
  { host: '' },
  { host: 'a b' },
  { host: 'a;b' },
  { host: 'a'.repeat(254) },
  { host: 'a', user: '-l' },
  { host: 'a', user: 'x y' },
  { host: 'a', port: 0 },
  { host: 'a', port: 65_536 },
  { host: 'a', port: 1.5 },
])('an address that could be something else is refused: %j', (address) => {
  expect(() => checkAddress(address)).toThrow(/Correct the profile|is not/);
});

test('a handle has the address, how to get in, and the lines of known hosts that can be about it', () => {
  const knownHosts =
    '# ours\nn1,10.0.0.1 ssh-ed25519 AAA1\n[n2]:2222 ssh-ed25519 AAA2\n|1|abc=|def= ssh-ed25519 AAA3\n*.lab ssh-rsa AAA4\n';
  const spec = { host: 'n2', port: 2222, user: undefined, keySecret: 'keys', knownHosts, hosts: [] };
  expect(siteOf(spec)).toEqual({
    ...{ host: 'n2', port: 2222, keySecret: 'keys' },
    knownHosts: '[n2]:2222 ssh-ed25519 AAA2\n|1|abc=|def= ssh-ed25519 AAA3\n*.lab ssh-rsa AAA4\n',
  });
  expect(knownHostsFor('10.0.0.1', knownHosts)).toContain('AAA1');
  expect(knownHostsFor('alias', knownHosts).split('\n')).toHaveLength(5);
});
