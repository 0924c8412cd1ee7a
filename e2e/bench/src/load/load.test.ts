// The load's own messages: what it sends is signed rightly, and nothing wrong that comes back escapes it.
import { findDelimiter, openMessage, toPeerId } from '@muster/protocol';
import { createHmacSigner } from '@muster/transport';
import { expect, test } from 'vitest';
import type { AnswerOptions } from './answers.ts';
import { createAnswers, faultOf } from './answers.ts';
import type { Mode } from './requests.ts';
import { createRequests } from './requests.ts';
import { createHeaders, emptyPart, framesOf, nowText, okContent } from './wire-text.ts';

const signer = createHmacSigner('a key');
const targets = [
  { id: 0, uuid: 'engine-0' },
  { id: 1, uuid: 'engine-1' },
];
const request = (mode: Mode, n: number) =>
  createRequests({ mode, signer, session: 'session', targets, payloadBytes: 1000 })(n);

test.for(['task', 'direct', 'broadcast', 'coalesced'] as const)('a %s request is what a client sends', (mode) => {
  const frames = request(mode, 3);
  const message = openMessage(frames, signer);
  expect(message.header).toMatchObject({ msg_id: 'session_3', msg_type: 'apply_request', session: 'session' });
  expect(message.buffers.map(({ length }) => length)).toEqual([1000, 52]);
  const ids = frames.slice(0, findDelimiter(frames)).map(toPeerId);
  expect(ids).toEqual(mode === 'direct' ? ['engine-1'] : []);
  if (mode === 'broadcast' || mode === 'coalesced')
    expect(message.metadata).toEqual({
      targets: [
        ['engine-0', 0],
        ['engine-1', 1],
      ],
      is_broadcast: true,
      is_coalescing: mode === 'coalesced',
    });
});

function answerTo(
  n: number,
  change: { readonly content?: Buffer; readonly key?: string; readonly session?: string } = {},
) {
  const parent = createHeaders(change.session ?? 'session', 'apply_request')(n, nowText());
  const header = createHeaders('engine-0', 'apply_reply')(n, nowText());
  const parts = [header, parent, emptyPart, change.content ?? okContent] as const;
  const sign = change.key === undefined ? signer : createHmacSigner(change.key);
  return [Buffer.from('engine-0'), ...framesOf(sign.sign(parts), parts, [Buffer.from('result')])];
}
const answers = (options: Partial<AnswerOptions> = {}) =>
  createAnswers({ signer, session: 'session', first: 10, count: 2, each: 1, ...options });

test('a request is done by its last answer', () => {
  const one = answers();
  expect([one.take(answerTo(11)), one.take(answerTo(10))]).toEqual([1, 0]);
  expect(faultOf(one.tally, 2)).toBeUndefined();
  const both = answers({ each: 2 });
  expect([both.take(answerTo(10)), both.take(answerTo(10))]).toEqual([-1, 0]);
  expect(faultOf(both.tally, 4)).toBe('2 of 4 answers, 0 bad, 0 twice, 0 with errors');
});

test('what is wrong is counted', () => {
  const one = answers();
  one.take(answerTo(10));
  one.take(answerTo(10));
  one.take(answerTo(11, { content: Buffer.from('{"status":"error"}') }));
  one.take(answerTo(9));
  one.take(answerTo(12));
  one.take(answerTo(11, { key: 'another' }));
  one.take(answerTo(11, { session: 'another' }));
  one.take(answerTo(11).slice(0, 5));
  expect(one.tally).toEqual({ answers: 2, bad: 5, duplicates: 1, errors: 1 });
  expect(faultOf(one.tally, 2)).toBe('2 of 2 answers, 5 bad, 1 twice, 1 with errors');
});

test('another spelling of ok is ok', () => {
  const one = answers();
  one.take(answerTo(10, { content: Buffer.from('{"status":"ok"}') }));
  expect(one.tally).toEqual({ answers: 1, bad: 0, duplicates: 0, errors: 0 });
});
