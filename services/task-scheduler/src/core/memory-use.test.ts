// Many small tasks must not grow the scheduler: what nobody can ask for any more is forgotten.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Inputs } from '@muster/machine';
import { seededRandom } from '@muster/machine';
import { encodeText, Message } from '@muster/protocol';
import { expect, test } from 'vitest';
import { defaultConfig } from '../config.ts';
import { leftovers } from './inspect.ts';
import { createState } from './state.ts';
import { step } from './step.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

const empty = encodeText('{}');
const ok = encodeText('{"status":"ok","dependencies_met":true}');
const write = (header: string, parent: string, metadata: Uint8Array): Message =>
  new Message([empty, encodeText(header), encodeText(parent), metadata, empty]);
const headerOf = (id: string, type: string): string =>
  `{"msg_id":"${id}","msg_type":"${type}","session":"s","username":"u","date":"","version":"5.3"}`;

test('the heap after 20,000 and after 120,000 small tasks is the same', () => {
  const state = createState({ ...defaultConfig, rememberedTasks: 5000 }, 'scheduler');
  const inputs: Inputs = { nowUs: 1, random: seededRandom(1), newId: () => 'id' };
  const engines = ['e1', 'e2', 'e3', 'e4'];
  for (const [id, uuid] of engines.entries())
    step(state, { type: 'engine.registered', engine: { id, uuid, kernel: 'python' } }, inputs);
  let count = 0;
  /** Ten at a time on four engines, each third after the one before it. */
  function runTasks(total: number): void {
    for (const end = count + total; count < end; ) {
      const batch = Array.from({ length: 10 }, () => `1234abcd-0123456789abcdef_4711_${count++}`);
      for (const [i, id] of batch.entries()) {
        const metadata = i % 3 === 2 ? encodeText(JSON.stringify({ after: [batch[i - 1]], timeout: 5 })) : empty;
        const message = write(headerOf(id, 'apply_request'), '{}', metadata);
        step(state, { type: 'task.submitted', client: 'c', message }, inputs);
      }
      for (const id of batch) {
        const message = write(headerOf(`reply to ${id}`, 'apply_reply'), headerOf(id, 'apply_request'), ok);
        const engineUuid = state.tasks.get(id)!.engine!.uuid;
        step(state, { type: 'task.answered', engineUuid, message }, inputs);
      }
    }
  }
  runTasks(20_000);
  const before = heapBytes();
  runTasks(100_000);
  const grownBytes = heapBytes() - before;
  expect(leftovers(state)).toEqual([]);
  expect(state.memory.size).toBe(5000);
  // Less than 5 bytes a task: no entry of any kind is kept.
  expect(grownBytes).toBeLessThan(500_000);
}, 60_000);
