import { expect, test } from 'vitest';
import { failureOf, KubeError, refusalOf } from './errors.ts';

const asked = { verb: 'create', plural: 'pods', group: '', namespace: 'lab', name: 'a' };
const body = (reason: string, message: string): string => JSON.stringify({ kind: 'Status', reason, message });

test('a right that is missing is told as an RBAC rule', () => {
  const error = refusalOf(
    403,
    body('Forbidden', 'pods is forbidden: User "x" cannot create resource "pods" in API group ""'),
    asked,
  );
  expect(error).toMatchObject({
    code: 'access_denied',
    remedy: 'Give this account the verb "create" on "pods" of the API group "" by a Role, as the chart does.',
  });
});

test.each([
  ['pods "a" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2'],
  ['pods "a" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true'],
])('what admission refuses is no matter of rights: %s', (message) => {
  expect(refusalOf(403, body('Forbidden', message), asked)).toMatchObject({
    code: 'object_refused',
    message: `Kubernetes did not create pods a in namespace lab: ${message}`,
  });
});

test.each([
  [401, 'access_denied', false],
  [404, 'no_such_object', true],
  [409, 'object_changed', true],
  [422, 'object_refused', false],
  [429, 'limit_reached', true],
  [500, 'unreachable', true],
  [503, 'unreachable', true],
])('status %i is %s', (status, code, retryable) => {
  const error = refusalOf(status, body('Reason', 'why'), asked);
  expect(error).toMatchObject({ code, retryable, status, reason: 'Reason' });
  expect(error.remedy).not.toBe('');
});

test.each(['', 'null', '[]', '"text"', '<html>', '{"message":7,"reason":[]}'])(
  'a body that is no Status: %s',
  (text) => {
    expect(refusalOf(500, text, asked)).toMatchObject({ code: 'unreachable', reason: '' });
  },
);

test('a long answer is cut', () => {
  expect(refusalOf(500, 'x'.repeat(100_000), asked).message.length).toBeLessThanOrEqual(4000);
});

test('no answer at all', () => {
  const refused = failureOf(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'https://k');
  expect(refused).toMatchObject({
    code: 'unreachable',
    reason: 'ECONNREFUSED',
    message: expect.stringContaining('https://k'),
  });
  const stranger = failureOf(
    Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    'https://k',
  );
  expect(stranger).toMatchObject({ code: 'access_denied' });
  const same = new KubeError('timeout', 'late');
  expect(failureOf(same, 'https://k')).toBe(same);
  expect(failureOf(undefined, 'https://k')).toMatchObject({ code: 'unreachable' });
});
