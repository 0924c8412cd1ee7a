import { expect, test } from 'vitest';
import type { TimerFired } from './machine.ts';
import { Outbox } from './machine.ts';
import { createRunner } from './runner.ts';
import { createStory, tell } from './story.ts';
import { createVirtualPorts, createVirtualTime } from './virtual.ts';

type Event = { type: 'job.submitted'; id: string; body: Uint8Array } | { type: 'job.answered'; id: string };
type Write = { type: 'job.save'; id: string; sizeBytes: number };
type Send = { type: 'job.run' | 'job.fail'; id: string };

/** A tiny core: saves a job, hands it out, and gives up on it after two seconds. */
function step(state: Set<string>, event: Event | TimerFired, { nowUs }: { nowUs: number }): Outbox<Write, Send> {
  const out = new Outbox<Write, Send>();
  if (event.type === 'job.submitted') {
    state.add(event.id);
    out.write({ type: 'job.save', id: event.id, sizeBytes: event.body.length });
    out.send({ type: 'job.run', id: event.id });
    out.setTimer(`give-up ${event.id}`, nowUs + 2_000_000);
  } else if (event.type === 'job.answered') {
    state.delete(event.id);
    out.clearTimer(`give-up ${event.id}`);
  } else {
    const id = event.id.slice('give-up '.length);
    if (state.delete(id)) out.send({ type: 'job.fail', id });
  }
  return out;
}

test('a story tells what a core was told and what it did', () => {
  const time = createVirtualTime();
  const story = createStory<Event, Write, Send>();
  const { dispatch } = createRunner<Set<string>, Event, Write, Send>({
    state: new Set(),
    step,
    ports: createVirtualPorts(time, 1),
    perform: { writes: () => {}, send: () => {} },
    record: story.record,
    onError: (error) => {
      throw error;
    },
  });
  dispatch({ type: 'job.submitted', id: 'a', body: new Uint8Array(3) });
  dispatch({ type: 'job.submitted', id: 'b', body: Buffer.from('four') });
  dispatch({ type: 'job.answered', id: 'a' });
  time.advance(5_000_000);
  expect(story.lines().join('\n')).toMatchInlineSnapshot(`
    "> job.submitted {"id":"a","body":"<3 B>"}
      write job.save {"id":"a","sizeBytes":3}
      send job.run {"id":"a"}
      timer.set give-up a
    > job.submitted {"id":"b","body":"<4 B>"}
      write job.save {"id":"b","sizeBytes":4}
      send job.run {"id":"b"}
      timer.set give-up b
    > job.answered {"id":"a"}
      timer.clear give-up a
    > timer.fired {"id":"give-up b"}
      send job.fail {"id":"b"}"
  `);
});

test('values are told so that they can be read and compared', () => {
  expect(tell({ type: 'x' })).toBe('x');
  const odd = { map: new Map([['k', 1]]), set: new Set([1]), big: 2n ** 64n, error: new TypeError('no') };
  expect(tell({ type: 'x', ...odd })).toBe(
    'x {"map":{"k":1},"set":[1],"big":"18446744073709551616","error":"TypeError: no"}',
  );
  expect(tell({ type: 'x', deep: [{ bytes: Buffer.from('abc') }] })).toBe('x {"deep":[{"bytes":"<3 B>"}]}');
});

test('only the last steps are kept', () => {
  const story = createStory<{ type: string }, never, never>(2);
  for (const type of ['a', 'b', 'c'])
    story.record({ nowUs: 0, event: { type }, effects: { writes: [], sends: [], timers: [] } });
  expect(story.lines()).toEqual(['> b', '> c']);
});
