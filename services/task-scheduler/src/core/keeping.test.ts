import { buildMessage, createHeaderSource, Message, openSigner } from '@muster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultConfig } from '../config.ts';
import { keep, letGo, messageOf, takeMessage } from './keeping.ts';
import { createTask } from './new-task.ts';
import type { Task } from './state.ts';
import { createState } from './state.ts';

const state = createState(defaultConfig, 'scheduler');
const headers = createHeaderSource('client');

/** A task whose frames are views of one block, as they are when they come from a socket. */
function receive(buffers: readonly Uint8Array[]): { task: Task; frames: Uint8Array[]; block: Uint8Array } {
  const built = buildMessage(openSigner, { header: headers.next('apply_request', 0), content: {}, buffers });
  const block = new Uint8Array(built.sizeBytes);
  let at = 0;
  const frames = built.frames.map((frame) => {
    block.set(frame, at);
    at += frame.length;
    return block.subarray(at - frame.length, at);
  });
  const task = createTask(state, { client: 'c', message: new Message(frames), wishes: undefined, recovered: false });
  return { task, frames: frames.map((frame) => frame.slice()), block };
}

test.each([true, false])('what is kept (soon to leave: %s) is what came, and no view of where it came', (soon) => {
  const check = (many: Uint8Array[][]): void => {
    const received = many.map(receive);
    for (const { task, block } of received) {
      keep(state, task, soon);
      keep(state, task, soon);
      block.fill(0xee);
    }
    for (const { task, frames } of received) {
      expect(messageOf(task).frames.map((frame) => [...frame])).toEqual(frames.map((frame) => [...frame]));
      expect(messageOf(task).header.msg_id).toBe(task.msgId);
    }
  };
  const small = fc.uint8Array({ maxLength: 40 });
  const buffers = fc.array(fc.oneof(small, fc.uint8Array({ minLength: 1000, maxLength: 3000 })), { maxLength: 4 });
  fc.assert(fc.property(fc.array(buffers, { maxLength: 30 }), check), { numRuns: 50 });
});

test('requests that are small and leave soon share blocks; none is larger than 64 KiB', () => {
  const tasks = Array.from({ length: 500 }, () => receive([new Uint8Array(300)]).task);
  for (const task of tasks) keep(state, task, true);
  const blocks = new Set(tasks.map((task) => messageOf(task).frames[0]!.buffer));
  expect(blocks.size).toBeLessThan(10);
  for (const block of blocks) expect(block.byteLength).toBeLessThanOrEqual(65_536);
});

test('those that wait long, large ones, and ones of many frames have memory of their own', () => {
  const long = receive([new Uint8Array(300)]).task;
  keep(state, long, false);
  const large = receive([new Uint8Array(70_000)]).task;
  const many = receive(Array.from({ length: 300 }, () => new Uint8Array(1))).task;
  for (const task of [large, many]) keep(state, task, true);
  for (const task of [long, large, many]) {
    const { frames, sizeBytes } = messageOf(task);
    for (const { buffer } of frames) expect(buffer.byteLength).toBeLessThanOrEqual(sizeBytes);
  }
});

test('while very many wait, blocks are large; what leaves them keeps none of them, nor does who has nothing left', () => {
  const busy = createState(defaultConfig, 'scheduler');
  busy.bytes = 100 * 2 ** 20;
  const received = Array.from({ length: 200 }, () => receive([new Uint8Array(300).fill(7)]));
  for (const { task } of received) keep(busy, task, true);
  expect(new Set(received.map(({ task }) => task.block)).size).toBe(1);
  expect(busy.packing.block.length).toBeGreaterThan(32 * 2 ** 20);
  for (const { task, frames } of received) {
    const message = takeMessage(task);
    expect(message.frames.map((frame) => [...frame])).toEqual(frames.map((frame) => [...frame]));
    expect([task.block, message.frames[0]!.buffer.byteLength < 2000]).toEqual([undefined, true]);
    expect(takeMessage(task)).toBe(message);
  }
  letGo(busy);
  expect(busy.packing.block.length).toBe(0);
  keep(busy, receive([]).task, true);
  busy.bytes = 1000;
  keep(busy, receive([]).task, true);
  expect(busy.packing.block.length).toBe(65_536);
});
