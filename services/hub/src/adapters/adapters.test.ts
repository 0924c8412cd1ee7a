import { createHash } from 'node:crypto';
import type { MessageParts, Signer } from '@muster/protocol';
import { encodeText, equalBytes, Message } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import { createMemoryTaskStore } from '@muster/task-store';
import { expect, test } from 'vitest';
import type { StoreAnswer } from '../core/index.ts';
import { answerTo, request } from '../testing/messages.ts';
import { createGate } from './gate.ts';
import { createStoreLane } from './store-lane.ts';

const sign = (parts: MessageParts): Uint8Array => {
  const hash = createHash('sha256').update('key');
  for (const part of parts) hash.update(part);
  return encodeText(hash.digest('hex'));
};
const signer: Signer = { sign, verify: (signature, parts) => equalBytes(signature, sign(parts)) };
const signed = (message: Message): Message => new Message([sign(message.parts), ...message.frames.slice(1)]);

function openGate() {
  const dropped: unknown[] = [];
  const gate = createGate(signer, 100, (fields) => dropped.push((fields as { code: string }).code));
  return { gate, dropped };
}

test('queries are let in once, when their signature is right; others are told with a remedy', () => {
  const { gate, dropped } = openGate();
  const good = signed(request('q', 'history_request'));
  expect(gate.query(good.toWire())?.header.msg_id).toBe('q');
  expect(gate.query(good.toWire())).toBeUndefined();
  expect(gate.query(request('q').toWire())).toBeUndefined();
  expect(gate.query([])).toBeUndefined();
  expect(gate.query(good.toWire().slice(0, 4))).toBeUndefined();
  const parts = [encodeText('{"msg_id":1}'), ...good.parts.slice(1)] as unknown as MessageParts;
  expect(gate.query(new Message([sign(parts), ...parts]).toWire())).toBeUndefined();
  const garbage = [Uint8Array.of(0xff), ...good.parts.slice(1)] as unknown as MessageParts;
  expect(gate.query(new Message([sign(garbage), ...garbage]).toWire())).toBeUndefined();
  expect(dropped).toEqual(['replayed', 'bad_signature', 'not_a_message', 'not_a_message', 'bad_header', 'bad_json']);
});

test('direct requests must be fresh, replies may come again, both must be signed', () => {
  const { gate, dropped } = openGate();
  const asked = { type: 'direct.requested', engineUuid: 'a', message: signed(request('m')) } as const;
  expect([gate.directRequest(asked), gate.directRequest(asked)]).toEqual([true, false]);
  const replied = { type: 'direct.replied', engineUuid: 'a', message: signed(answerTo('m')) } as const;
  expect([gate.directReply(replied), gate.directReply(replied)]).toEqual([true, true]);
  expect(gate.directReply({ ...replied, message: answerTo('m') })).toBe(false);
  expect(dropped).toEqual(['replayed', 'bad_signature']);
});

test('status is let go by without a check, output of use is verified', () => {
  const { gate, dropped } = openGate();
  const output = (msgType: string, check: (message: Message) => Message = signed) =>
    gate.output({ type: 'iopub.published', message: check(answerTo('m', msgType)) });
  expect(output('stream')).toBe(true);
  expect(output('shutdown_reply')).toBe(true);
  expect(output('status')).toBe(false);
  expect(output('comm_open', (message) => message)).toBe(false);
  expect(dropped).toEqual([]);
  expect(output('shutdown_reply', (message) => message)).toBe(false);
  const broken = new Message([new Uint8Array(0), Uint8Array.of(1), ...answerTo('m').frames.slice(2)]);
  expect(gate.output({ type: 'iopub.published', message: broken })).toBe(false);
  expect(dropped).toEqual(['bad_signature', 'bad_json']);
});

/** A store that answers when the test lets it. */
function slowStore() {
  const inner = createMemoryTaskStore();
  const held: (() => void)[] = [];
  const later =
    <A extends unknown[], T>(run: (...args: A) => T) =>
    (...args: A) =>
      new Promise<Awaited<T>>((resolve) => held.push(() => resolve(run(...args) as Awaited<T>)));
  const store: TaskStore = {
    ...inner,
    put: later(inner.put),
    history: later(inner.history),
    remove: later(inner.remove),
  };
  return {
    store,
    held,
    letOne: async () => {
      held.shift()?.();
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    },
  };
}
const backlogBytes = 1e6;
const put = (msgId: string) => ({ type: 'record.put', msgId, patch: { submitted: 1 }, whenMissing: 'create' }) as const;

test('questions wait for the writes before them, however slow the store is', async () => {
  const { store, held, letOne } = slowStore();
  const lane = createStoreLane({
    store,
    backlogLimit: 10,
    backlogBytes,
    onError: (error) => expect.fail(String(error)),
  });
  const answers: StoreAnswer[] = [];
  for (const msgId of ['a', 'b']) lane.write(put(msgId));
  lane.ask({ type: 'history' }, (answer) => answers.push(answer));
  lane.ask({ type: 'remove', msgIds: ['a'], where: [{ msg_id: 'b' }] }, (answer) => answers.push(answer));
  lane.write(put('c'));
  lane.ask({ type: 'history' }, (answer) => answers.push(answer));
  expect(held).toHaveLength(1);
  for (let n = 0; n < 6; n++) await letOne();
  await lane.idle();
  expect(answers).toEqual([
    { type: 'history', msgIds: ['a', 'b'] },
    { type: 'removed' },
    { type: 'history', msgIds: ['c'] },
  ]);
});

test('beyond the backlog, writes are dropped and told of, output first', async () => {
  const { store, letOne } = slowStore();
  const errors: string[] = [];
  const lane = createStoreLane({ store, backlogLimit: 2, backlogBytes, onError: (_error, what) => errors.push(what) });
  const output = (msgId: string) => ({ ...put(msgId), whenMissing: 'stub' }) as const;
  for (const msgId of ['a', 'b', 'c']) lane.write(output(msgId));
  expect(errors).toEqual([]);
  lane.write(output('d'));
  expect(errors).toEqual(['write dropped']);
  for (let n = 0; n < 6; n++) lane.write(put(`e${n}`));
  expect(errors).toHaveLength(1);
  lane.write(put('f'));
  expect(errors).toHaveLength(2);
  for (let n = 0; n < 9; n++) await letOne();
  await lane.idle();
});

test('a slow answer holds up neither writes nor other questions; a removal does', async () => {
  const { store, held, letOne } = slowStore();
  const lane = createStoreLane({ store, backlogLimit: 10, backlogBytes, onError: expect.fail });
  const answers: string[] = [];
  lane.ask({ type: 'history' }, () => answers.push('history'));
  lane.ask({ type: 'find', msgIds: [] }, () => answers.push('find'));
  lane.write(put('a'));
  expect([answers, held.length, lane.waiting]).toEqual([['find'], 2, 0]);
  await letOne();
  await letOne();
  lane.ask({ type: 'remove', msgIds: ['a'], where: [] }, () => answers.push('remove'));
  lane.write(put('a'));
  expect([answers, held.length, lane.waiting]).toEqual([['find', 'history'], 1, 1]);
  await letOne();
  await letOne();
  await lane.idle();
  expect(store.find(['a'])).toMatchObject([{ record: {} }]);
});

test('the bytes of writes that wait are limited, too', async () => {
  const { store, letOne } = slowStore();
  const errors: string[] = [];
  const lane = createStoreLane({
    ...{ store, backlogLimit: 1000, backlogBytes: 100 },
    onError: (error) => errors.push((error as Error).message),
  });
  const output = (text: string) =>
    ({ type: 'record.put', msgId: 'a', patch: { appendStdout: text }, whenMissing: 'stub' }) as const;
  const result = (bytes: number) => ({ ...put('a'), patch: { resultBuffers: [new Uint8Array(bytes)] } }) as const;
  lane.write(result(1e6));
  lane.write(output('x'.repeat(100)));
  lane.write(output('x'));
  lane.write(result(300));
  lane.write(result(1));
  expect(errors).toEqual(['1 writes of 100 bytes wait already', '2 writes of 400 bytes wait already']);
  for (let n = 0; n < 3; n++) await letOne();
  await lane.idle();
  lane.write(result(1));
  lane.write(result(400));
  expect(errors).toHaveLength(2);
  for (let n = 0; n < 2; n++) await letOne();
  await lane.idle();
});

test('settled waits for the writes before it, and holds up none behind it', async () => {
  const { store, letOne } = slowStore();
  const { promise: stored, resolve: isStored } = Promise.withResolvers<void>();
  const lane = createStoreLane({
    store: { ...store, settled: () => stored },
    backlogLimit: 10,
    backlogBytes,
    onError: expect.fail,
  });
  lane.write(put('a'));
  let isSettled = false;
  const settled = lane.settled().then(() => {
    isSettled = true;
  });
  lane.write(put('b'));
  await letOne();
  await letOne();
  await lane.idle();
  expect(isSettled).toBe(false);
  isStored();
  await settled;
  const failing = { ...createMemoryTaskStore(), settled: () => expect.fail('full') };
  const broken = createStoreLane({ store: failing, backlogLimit: 1, backlogBytes, onError: expect.fail });
  await expect(broken.settled()).rejects.toThrow('full');
});

test('a store that fails costs the answer, not the lane', async () => {
  const errors: string[] = [];
  const broken = (): never => {
    throw new Error('disk full');
  };
  const rejects = async (): Promise<never> => broken();
  const store: TaskStore = { ...createMemoryTaskStore(), put: broken, history: rejects, find: broken, remove: rejects };
  const lane = createStoreLane({ store, backlogLimit: 2, backlogBytes, onError: (_error, what) => errors.push(what) });
  const answers: StoreAnswer[] = [];
  lane.write(put('a'));
  for (const question of [
    { type: 'history' },
    { type: 'find', msgIds: [] },
    { type: 'remove', msgIds: ['a'], where: [] },
  ] as const)
    lane.ask(question, (answer) => answers.push(answer));
  await lane.idle();
  const failed = { type: 'failed', ename: 'RuntimeError', evalue: 'the task store (memory) failed' };
  expect(answers).toEqual([failed, failed, failed]);
  expect(errors).toEqual(['write failed', 'question failed', 'question failed', 'question failed']);
});
