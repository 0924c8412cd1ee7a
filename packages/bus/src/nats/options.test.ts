import { silentLogger } from '@muster/telemetry';
import { errors } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { pauseMs } from './link.ts';
import type { NatsBusOptions } from './options.ts';
import { connectionOptions } from './options.ts';
import { explainFailure } from './refusals.ts';
import { subjectsOf } from './subjects.ts';

const built = (more: Partial<NatsBusOptions>) =>
  connectionOptions(
    { servers: ['a'], clusterId: 'c', name: 'hub', log: silentLogger, onError: () => {}, ...more },
    'muster.c.inbox',
  ).map(({ servers, user, pass, token, tls }) => ({ servers, user, pass, token, tls }));

test('subjects are below the name of the cluster', () => {
  const subjects = subjectsOf('lab-1_A');
  expect(subjects.fact('engine.registered')).toBe('muster.lab-1_A.fact.engine.registered');
  expect(subjects.ask('engines.list')).toBe('muster.lab-1_A.ask.engines.list');
  expect(subjects.inboxes).toBe('muster.lab-1_A.inbox');
});

test.each(['', 'a.b', '*', '>', 'a b', 'ä', 'x'.repeat(101), 'a\n'])('a cluster id like %j is refused', (clusterId) => {
  expect(() => subjectsOf(clusterId)).toThrow(expect.objectContaining({ code: 'bad_option' }));
});

test('servers, user, token and TLS are handed on', () => {
  const auth = { user: 'u', password: 'p' };
  expect(built({ servers: ['h', 'nats://h:1', '[::1]:4222'], auth })).toEqual(
    [['h'], ['h:1'], ['[::1]:4222']].map((servers) => ({ servers, user: 'u', pass: 'p' })),
  );
  expect(built({ auth: { token: 't' } })).toEqual([{ servers: ['a'], token: 't' }]);
  expect(built({ servers: ['tls://h:1', '[::1]:2'] })).toEqual([
    { servers: ['h:1'], tls: { host: 'h' } },
    { servers: ['[::1]:2'], tls: { host: '::1' } },
  ]);
  expect(built({ tls: { ca: 'pem' } })).toEqual([{ servers: ['a'], tls: { ca: 'pem', host: 'a' } }]);
});

test.each(['', 'http://h', 'nats://', 'h:port', 'nats://h/path', 'a b'])('a server like %j is refused', (server) => {
  expect(() => built({ servers: [server] })).toThrow(expect.objectContaining({ code: 'bad_option' }));
});

test('a server must be named; secrets in its address are refused and not repeated', () => {
  expect(() => built({ servers: [] })).toThrow('No NATS server');
  expect(() => built({ servers: ['nats://u:secret@h'] })).toThrow(/^((?!secret).)*$/);
});

test('pauses grow, end at two seconds and are not the same for all', () => {
  expect([0, 1, 2, 5, 6, 1000].map((attempts) => pauseMs(attempts, 1))).toEqual([50, 100, 200, 1600, 2000, 2000]);
  expect(pauseMs(6, 0)).toBe(1000);
});

test('failures are told in words; those that do not pass by themselves are refusals', () => {
  const coded = (code: string) => Object.assign(new Error('raw'), { code });
  expect(explainFailure(coded('ENOTFOUND'), 'h')).toEqual({ why: 'the name is not known' });
  expect(explainFailure(new errors.ConnectionError('x', { cause: coded('ECONNREFUSED') }), 'h').why).toBe(
    'nobody listens there',
  );
  expect(explainFailure(new errors.TimeoutError(), 'h')).toEqual({ why: 'no answer' });
  expect(explainFailure(undefined, 'h')).toEqual({ why: 'the connection was cut' });
  expect(explainFailure('strange', 'h')).toEqual({ why: 'strange' });
  for (const error of [
    new errors.AuthorizationError('x'),
    coded('DEPTH_ZERO_SELF_SIGNED_CERT'),
    coded('ERR_TLS_CERT_ALTNAME_INVALID'),
    new errors.ConnectionError("server does not support 'tls'"),
  ])
    expect(explainFailure(error, 'h').refused).toMatchObject({ code: 'bus_refused', retryable: false });
});
