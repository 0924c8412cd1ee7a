import { expect, test } from 'vitest';
import { buildSshCommand } from './ssh-arguments.ts';

const plan = {
  command: ['ssh', '-F', '/lab/config'],
  server: { host: 'n1', user: 'ann', port: 2222 },
  forwards: [
    { host: '127.0.0.1', port: 5000 },
    { host: '::1', port: 5001 },
  ],
  localPorts: [20_001, 20_002],
  hasSession: false,
};

test('one ssh for all forwards, on loopback, with no questions and nothing shared; the own arguments first', () => {
  const words = buildSshCommand({ ...plan, keyFile: '/k y' });
  expect(words.slice(0, 5)).toEqual(['ssh', '-F', '/lab/config', '-N', '-T']);
  expect(words.slice(words.indexOf('-i'))).toEqual([
    ...['-i', '/k y', '-l', 'ann', '-p', '2222'],
    ...['-L', '127.0.0.1:20001:127.0.0.1:5000', '-L', '127.0.0.1:20002:[::1]:5001', '--', 'n1'],
  ]);
  const options = words.filter((_, i) => words[i - 1] === '-o');
  for (const option of ['BatchMode=yes', 'ControlMaster=no', 'ControlPath=none', 'LogLevel=INFO', 'IdentitiesOnly=yes'])
    expect(options).toContain(option);
});

test('without a key ssh takes those it finds', () => {
  const words = buildSshCommand({ ...plan, server: { host: 'n1' } });
  expect(words.join(' ')).not.toMatch(/ -i | -l | -p |Identities/);
});

test('with a session a command waits there', () => {
  const words = buildSshCommand({ ...plan, hasSession: true });
  expect(words.slice(-3)).toEqual(['--', 'n1', 'cat']);
  expect(words).not.toContain('-N');
});
