import type { Frames, JsonObject } from '@muster/protocol';
import { decodeText, delimiter, openSigner } from '@muster/protocol';
import { expect, test } from 'vitest';
import type { PerformerOptions } from './performer.ts';
import { createPerformer } from './performer.ts';

function setUp(session?: string) {
  const sent: JsonObject[][] = [];
  const send = (_peer: unknown, frames: Frames): void => {
    const at = frames.findIndex((frame) => Buffer.compare(frame, delimiter) === 0);
    sent.push(frames.slice(at + 2, at + 6).map((frame) => JSON.parse(decodeText(frame))));
  };
  const perform = createPerformer({
    ports: { newId: () => 'new', clock: { nowUs: () => 0 } },
    signer: openSigner,
    queries: { client: { send } },
    ...(session !== undefined && { session }),
  } as unknown as PerformerOptions);
  const answer = (content: object): void =>
    perform({ type: 'query.reply', door: 'client', peer: 'p', msgType: 'db_reply', parent: {}, content, buffers: [] });
  return { answer, sent };
}

test('its messages have the session that was given', () => {
  const { answer, sent } = setUp('abc-def');
  answer({ status: 'ok' });
  expect(sent).toMatchObject([[{ session: 'abc-def', msg_id: 'abc-def_0' }, {}, {}, { status: 'ok' }]]);
});

test('an answer that is too large for a text is an error, not silence', () => {
  const { answer, sent } = setUp();
  const large = {
    toJSON: () => {
      throw new RangeError('Invalid string length');
    },
  };
  answer({ status: 'ok', records: [large] });
  const refused = { status: 'error', ename: 'MemoryError', evalue: expect.stringMatching(/too large/) };
  expect(sent).toMatchObject([[{ session: 'new' }, {}, {}, refused]]);
});
