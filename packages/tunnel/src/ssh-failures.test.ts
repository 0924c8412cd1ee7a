import { expect, test } from 'vitest';
import { isCrowded, isWithoutSession, sshFailure, takenPorts } from './ssh-failures.ts';

const server = { host: 'n1', user: 'ann', port: 2222 };
const changed = '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.';

test.each([
  ['ssh: connect to host n1 port 22: Connection refused', 'unreachable', 'refuses connections', 'ssh server runs'],
  ['ssh: connect to host n1 port 22: Connection timed out', 'timeout', 'does not answer', 'firewall'],
  ['Timeout, server n1 not responding.', 'timeout', 'does not answer', 'is up'],
  ['ssh: connect to host n1 port 22: No route to host', 'unreachable', 'cannot be reached', 'route'],
  ['ssh: Could not resolve hostname n1: Name or service not known', 'unreachable', 'not a host', '~/.ssh/config'],
  ['ann@n1: Permission denied (publickey).', 'access_denied', 'does not let', '--sshkey=FILE'],
  ['ann@n1: Permission denied (publickey,password).', 'access_denied', 'password', 'ssh-copy-id -p 2222 ann@n1'],
  ['Load key "/k": bad passphrase\nann@n1: Permission denied (publickey).', 'access_denied', 'key cannot', 'ssh-add'],
  ['Host key verification failed.', 'access_denied', 'nobody has accepted', 'ssh -p 2222 ann@n1'],
  [changed, 'access_denied', 'another host key', "ssh-keygen -R '[n1]:2222'"],
  [
    'channel 2: open failed: administratively prohibited: open failed',
    'access_denied',
    'no ports',
    'AllowTcpForwarding',
  ],
  ['Connection to n1 closed by remote host.', 'unreachable', 'closed the connection', 'MaxStartups'],
  ['kex_exchange_identification: read: Connection reset by peer', 'unreachable', 'closed', 'MaxStartups'],
  ['/c: line 1: Bad configuration option: x', 'bad_option', 'does not like its configuration', 'ssh -p 2222'],
  ['something new', 'unreachable', 'something new', 'by hand'],
  ['', 'unreachable', 'does not say why', 'by hand'],
])('ssh says %j', (said, code, words, remedy) => {
  const error = sshFailure(server, 'ssh', { code: 255, said, wasOpen: false });
  expect(error.code).toBe(code);
  expect(error.message).toContain('ann@n1:2222');
  expect(error.message).toContain(words);
  expect(error.remedy).toContain(remedy);
});

test('a program that is not there is told with what installs it', () => {
  const error = sshFailure(server, 'ssh', { code: 127, said: 'sh: 1: exec: ssh: not found', wasOpen: false });
  expect(error).toMatchObject({ code: 'unreachable', remedy: expect.stringContaining('apt install openssh-client') });
});

test('of the ports that cannot be opened only ours count', () => {
  const said =
    'bind [127.0.0.1]:8888: Address already in use\nchannel_setup_fwd_listener_tcpip: cannot listen to port: 8888\n';
  expect(takenPorts(said, [20_001, 20_002])).toEqual([]);
  expect(takenPorts(`${said}channel_setup_fwd_listener_tcpip: cannot listen to port: 20002`, [20_001, 20_002])).toEqual(
    [20_002],
  );
});

test('a busy server is asked again, one that refuses the user is not', () => {
  expect(
    isCrowded({ code: 255, said: 'kex_exchange_identification: Connection closed by remote host', wasOpen: false }),
  ).toBe(true);
  expect(isCrowded({ code: 255, said: 'Connection reset by 10.0.0.1 port 22', wasOpen: false })).toBe(true);
  expect(isCrowded({ code: 255, said: 'Connection closed by UNKNOWN port 65535', wasOpen: false })).toBe(false);
  expect(isCrowded({ code: 255, said: 'ann@n1: Permission denied (publickey).', wasOpen: false })).toBe(false);
});

test('what a server without sessions says; a lost connection is another thing', () => {
  const end = { code: 255, said: '', wasOpen: true };
  expect(isWithoutSession({ ...end, code: 1, said: 'This account is currently not available.' })).toBe(true);
  expect(isWithoutSession({ ...end, code: 127, said: 'sh: cat: not found' })).toBe(true);
  expect(isWithoutSession({ ...end, said: 'exec request failed on channel 3' })).toBe(true);
  expect(isWithoutSession({ ...end, said: 'Connection to n1 closed by remote host.' })).toBe(false);
  expect(isWithoutSession({ ...end, code: 127, wasOpen: false })).toBe(false);
  expect(isWithoutSession({ ...end, code: null })).toBe(false);
});
