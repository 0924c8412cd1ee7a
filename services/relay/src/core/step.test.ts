import type { JsonObject } from '@muster/protocol';
import {
  buildMessage,
  createHeaderSource,
  decodeText,
  encodeText,
  errorContent,
  type Message,
  openSigner,
  toPeerId,
} from '@muster/protocol';
import { describe, expect, test } from 'vitest';
import type { RelayEvent, RelaySend } from './index.ts';
import { createState, defaultSettings, leftovers, step } from './index.ts';

const inputs = { nowUs: 0, random: () => 0, newId: () => 'id' };
const client = toPeerId(new Uint8Array([0, 255, 1, 128, 9]));
const headers = createHeaderSource('client');

function createBench(engines: readonly string[], settings = defaultSettings) {
  const state = createState(settings);
  const feed = (event: RelayEvent): readonly RelaySend[] => step(state, event, inputs).sends;
  for (const uuid of engines) feed({ type: 'engine.registered', uuid });
  return { state, feed };
}
const request = (metadata: object = {}): Message =>
  buildMessage(openSigner, {
    header: headers.next('apply_request', 0),
    metadata,
    content: { a: 1 },
    buffers: [encodeText('arg')],
  });

describe('direct and control', () => {
  test.each(['mux', 'control'] as const)('%s: the two ids are swapped, the rest is the same bytes', (channel) => {
    const { feed } = createBench(['e1']);
    const wire = request().toWire();
    const out = feed({ type: 'client.sent', channel, client, frames: [encodeText('e1'), ...wire] });
    const sent = out.find((effect) => effect.type === 'request.pass')!;
    expect(sent).toMatchObject({ channel, engine: 'e1' });
    expect(toPeerId(sent.frames[0]!)).toBe(client);
    expect(sent.frames.slice(1).every((frame, i) => frame === wire[i])).toBe(true);

    const back = feed({ type: 'engine.sent', channel, engine: 'e1', frames: sent.frames });
    const reply = back.find((effect) => effect.type === 'reply.pass')!;
    expect(reply.client).toBe(client);
    expect(decodeText(reply.frames[0]!)).toBe('e1');
  });

  test.each([
    ['nothing', []],
    ['an id alone', [encodeText('e1')]],
    ['no delimiter', Array.from({ length: 9 }, () => encodeText('x'))],
    ['too few frames', [encodeText('e1'), ...request().toWire().slice(0, 5)]],
    ['no id', request().toWire()],
    ['two ids', [encodeText('e1'), encodeText('e2'), ...request().toWire()]],
  ])('drops %s, and the next message passes', (_what, frames) => {
    const { feed } = createBench(['e1']);
    expect(feed({ type: 'client.sent', channel: 'mux', client, frames })).toMatchObject([{ type: 'message.drop' }]);
    expect(feed({ type: 'engine.sent', channel: 'mux', engine: 'e1', frames })).toMatchObject([
      { type: 'message.drop' },
    ]);
    const next = feed({
      type: 'client.sent',
      channel: 'mux',
      client,
      frames: [encodeText('e1'), ...request().toWire()],
    });
    expect(next.map((effect) => effect.type)).toEqual(['request.pass']);
  });

  test('a request for an engine that is gone is answered by an error', () => {
    const { feed } = createBench([]);
    const out = feed({
      type: 'client.sent',
      channel: 'mux',
      client,
      frames: [encodeText('e1'), ...request().toWire()],
    });
    expect(out).toMatchObject([
      { type: 'client.answer', client, replyType: 'apply_reply', content: { ename: 'EngineError' } },
    ]);
  });
});

describe('broadcast', () => {
  const targets = [
    ['e1', 1],
    ['e0', 0],
  ];
  const broadcast = (feed: ReturnType<typeof createBench>['feed'], metadata: object): readonly RelaySend[] =>
    feed({ type: 'broadcast.requested', client, message: request(metadata) });
  /** What an engine answers: it copies these members of the request's metadata. */
  const reply = (engine: string, originalId: string, content: object, coalescing: boolean): RelayEvent => ({
    type: 'broadcast.replied',
    engine,
    client,
    message: buildMessage(openSigner, {
      header: createHeaderSource(engine).next('apply_reply', 0),
      parentHeader: { msg_id: `${originalId}_${engine}` },
      metadata: { is_coalescing: coalescing, original_msg_id: originalId, engine },
      content,
      buffers: [encodeText(`from ${engine}`)],
    }),
  });
  const start = (feed: ReturnType<typeof createBench>['feed'], coalescing: boolean) => {
    const [spread] = broadcast(feed, { targets, is_broadcast: true, is_coalescing: coalescing });
    if (spread?.type !== 'engines.broadcast') throw new Error(`not spread: ${spread?.type}`);
    return spread.request;
  };

  test('goes to all targets, and answers pass one by one', () => {
    const { feed, state } = createBench(['e0', 'e1']);
    const { originalId, targets: sent, header } = start(feed, false);
    expect(sent).toEqual(targets);
    expect(header.msg_id).toBe(originalId);
    const out = feed(reply('e0', originalId, { status: 'ok' }, false));
    expect(out).toMatchObject([{ type: 'client.send', channel: 'broadcast', client }]);
    expect(leftovers(state)).toEqual([]);
  });

  test('coalesced: one answer with the buffers in the order of the targets', () => {
    const { feed, state } = createBench(['e0', 'e1']);
    const { originalId } = start(feed, true);
    expect(feed(reply('e0', originalId, { status: 'ok' }, true))).toEqual([]);
    const [answer] = feed(reply('e1', originalId, { status: 'ok' }, true));
    expect(answer).toMatchObject({
      type: 'client.answer',
      metadata: { broadcast_targets: targets, original_msg_id: originalId },
      content: { status: 'ok' },
    });
    expect((answer as Extract<RelaySend, { type: 'client.answer' }>).buffers.map(decodeText)).toEqual([
      'from e1',
      'from e0',
    ]);
    expect(leftovers(state)).toEqual([]);
  });

  test('coalesced: a failure is not lost, whoever answers last', () => {
    const { feed } = createBench(['e0', 'e1']);
    const { originalId } = start(feed, true);
    feed(reply('e1', originalId, errorContent('ZeroDivisionError', 'x'), true));
    expect(feed(reply('e0', originalId, { status: 'ok' }, true))).toMatchObject([
      { content: { ename: 'ZeroDivisionError' }, buffers: [] },
    ]);
  });

  test('coalesced: a second answer of an engine is dropped, before the end and after it', () => {
    const { feed } = createBench(['e0', 'e1']);
    const { originalId } = start(feed, true);
    feed(reply('e0', originalId, { status: 'ok' }, true));
    expect(feed(reply('e0', originalId, { status: 'ok' }, true))).toMatchObject([{ type: 'message.drop' }]);
    feed(reply('e1', originalId, { status: 'ok' }, true));
    expect(feed(reply('e0', originalId, { status: 'ok' }, true))).toMatchObject([{ type: 'message.drop' }]);
  });

  test('coalesced: what a relay before this one gathered ends with an error at the first answer, and once', () => {
    const { feed, state } = createBench(['e0', 'e1']);
    expect(feed(reply('e0', 'before', { status: 'ok' }, true))).toMatchObject([
      {
        type: 'client.answer',
        client,
        metadata: { original_msg_id: 'before', broadcast_targets: [['e0', null]] },
        content: { status: 'error', ename: 'EngineError', evalue: expect.stringContaining('send it again') },
        buffers: [],
      },
    ]);
    expect(feed(reply('e1', 'before', { status: 'ok' }, true))).toMatchObject([{ type: 'message.drop' }]);
    expect(leftovers(state)).toEqual([]);
  });

  test('coalesced: an engine lost on the way leaves nothing behind', () => {
    const { feed, state } = createBench(['e0', 'e1']);
    const { originalId } = start(feed, true);
    feed(reply('e0', originalId, { status: 'ok' }, true));
    feed({ type: 'engine.unregistered', uuid: 'e1' });
    feed({ type: 'engine.unregistered', uuid: 'e0' });
    expect(leftovers(state)).toEqual([]);
  });

  test('replies beyond the limit end the request with an error', () => {
    const { feed, state } = createBench(['e0', 'e1'], { ...defaultSettings, maxCoalescedBytes: 3 });
    const { originalId } = start(feed, true);
    expect(feed(reply('e0', originalId, { status: 'ok' }, true))).toMatchObject([
      { content: { ename: 'MemoryError' } },
    ]);
    expect(leftovers(state)).toEqual([]);
  });

  test.each<[string, JsonObject]>([
    ['no targets', { is_coalescing: false }],
    ['an empty list', { targets: [], is_coalescing: true }],
    ['text as targets', { targets: 'e0' }],
    ['a target that is no pair', { targets: ['e0'] }],
    [
      'a target twice',
      {
        targets: [
          ['e0', 0],
          ['e0', 0],
        ],
      },
    ],
    [
      'an unknown engine, coalesced',
      {
        targets: [
          ['e0', 0],
          ['e9', 9],
        ],
        is_coalescing: true,
      },
    ],
  ])('%s is answered by an error', (_what, metadata) => {
    const { feed, state } = createBench(['e0', 'e1']);
    expect(broadcast(feed, metadata)).toMatchObject([{ type: 'client.answer', content: { status: 'error' } }]);
    expect(leftovers(state)).toEqual([]);
  });

  test('an unknown engine among others fails alone when answers come one by one', () => {
    const { feed } = createBench(['e0']);
    const out = broadcast(feed, {
      targets: [
        ['e0', 0],
        ['e9', 9],
      ],
      is_coalescing: false,
    });
    expect(out.map((effect) => effect.type)).toEqual(['client.answer', 'engines.broadcast']);
    const [answer] = out as [Extract<RelaySend, { type: 'client.answer' }>];
    expect(String(answer.parentHeader.msg_id)).toMatch(/_e9$/);
  });
});

test('iopub passes with and without a topic; status is not copied to the hub', () => {
  const { feed } = createBench([]);
  const wire = request().toWire();
  const types = (frames: readonly Uint8Array[]) =>
    feed({ type: 'engine.published', frames }).map((effect) => effect.type);
  expect(types([encodeText('engine.0.stdout'), ...wire])).toEqual(['clients.publish', 'iopub.copy']);
  expect(types([encodeText('engine.0.status'), ...wire])).toEqual(['clients.publish']);
  expect(types(wire)).toEqual(['clients.publish', 'iopub.copy']);
  expect(types([new Uint8Array([0xff, 0x73]), ...wire])).toEqual(['clients.publish', 'iopub.copy']);
  expect(types([encodeText('rubbish')])).toEqual(['message.drop']);
  expect(types([])).toEqual(['message.drop']);
});
