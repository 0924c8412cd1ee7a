import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSshServer, titleOfServer } from './ssh-server.ts';

test.each([
  ['login', { host: 'login' }],
  ['ann@login.example:2222', { host: 'login.example', user: 'ann', port: 2222 }],
  ['ann@corp.example@login', { host: 'login', user: 'ann@corp.example' }],
  ['[fe80::1%eth0]:22', { host: 'fe80::1%eth0', port: 22 }],
  ['::1', { host: '::1' }],
  ['x@[::1]', { host: '::1', user: 'x' }],
])('%s is a server', (text, server) => {
  expect(parseSshServer(text)).toEqual({ user: undefined, port: undefined, ...server });
});

test.each([
  '',
  '@host',
  'a@',
  '-oProxyCommand=id',
  '-l@host',
  'host:0',
  'host:65536',
  'host:',
  'host:2x',
  'a b',
  'host;id',
  '$(id)@host',
  'x`id`@host',
  '[::1',
  'ssh://host',
  'h'.repeat(254),
])('%j is none', (text) => {
  expect(() => parseSshServer(text)).toThrow(/is not an ssh server/);
});

test('whatever is taken for a server cannot be an option or code, and is told as it was given', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^([a-z-]+@)?[a-z0-9:[\].-]+(:\d+)?$/)), (text) => {
      let server: ReturnType<typeof parseSshServer>;
      try {
        server = parseSshServer(text);
      } catch {
        return;
      }
      expect(server.host).toMatch(/^[A-Za-z0-9:_][^\s;$`'"]*$/);
      expect(server.user ?? 'u').not.toMatch(/^-|[\s;$`'"]/);
      expect(parseSshServer(titleOfServer(server))).toEqual(server);
    }),
    { numRuns: 2000 },
  );
});
