// Waiting tasks against a list that is sorted each time.

import { buildMessage, createHeaderSource, openSigner } from '@muster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultConfig } from '../config.ts';
import { dequeue, enqueue, firstFor, sizeOf, waitingIn } from './buckets.ts';
import { createEngine } from './engine-life.ts';
import { createTask } from './new-task.ts';
import type { Task } from './state.ts';
import { createState } from './state.ts';

const bySeq = (a: Task, b: Task): number => a.seq - b.seq;

test('whoever comes and goes in whatever order, the first submitted comes first', () => {
  const headers = createHeaderSource('client');
  const message = buildMessage(openSigner, { header: headers.next('apply_request', 0), content: {} });
  const act = fc.record({ what: fc.constantFrom('new', 'new', 'back', 'back', 'first', 'any'), which: fc.nat(50) });
  const agrees = (acts: { what: string; which: number }[]): void => {
    const state = createState(defaultConfig, 'scheduler');
    const engine = createEngine(state, { id: 0, uuid: 'e', kernel: 'python' }, true);
    const away: Task[] = [];
    const waiting: Task[] = [];
    const put = (task: Task): void => {
      enqueue(state, task, undefined);
      waiting.push(task);
    };
    const take = (task: Task | undefined): void => {
      if (task === undefined) return;
      dequeue(state, task);
      away.push(...waiting.splice(waiting.indexOf(task), 1));
    };
    for (const { what, which } of acts) {
      if (what === 'new') put(createTask(state, { client: 'c', message, wishes: undefined, recovered: false }));
      else if (what === 'back') {
        const [task] = away.splice(which % Math.max(1, away.length), 1);
        if (task) put(task);
      } else if (what === 'first') take(firstFor(state, engine));
      else take(waiting[which % Math.max(1, waiting.length)]);
      const expected = [...waiting].sort(bySeq);
      expect(firstFor(state, engine)).toBe(expected[0]);
      const bucket = state.buckets.get('');
      expect(bucket === undefined ? 0 : sizeOf(bucket)).toBe(waiting.length);
      if (bucket) expect(waitingIn(bucket).sort(bySeq)).toEqual(expected);
    }
    const order: number[] = [];
    for (let task = firstFor(state, engine); task !== undefined; task = firstFor(state, engine)) {
      order.push(task.seq);
      dequeue(state, task);
    }
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect([order.length, state.buckets.size]).toEqual([waiting.length, 0]);
  };
  fc.assert(fc.property(fc.array(act, { maxLength: 150 }), agrees), { numRuns: 200 });
});
