// A relay that runs apart asks the hub before it refuses a request for an engine that it does not know.
import { createRunner, createVirtualPorts, createVirtualTime } from '@muster/machine';
import { buildMessage, createHeaderSource, encodeText, openSigner } from '@muster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RelayEvent, RelaySend, RelaySettings, RelayState } from './index.ts';
import { createState, defaultSettings, leftovers, step } from './index.ts';

const headers = createHeaderSource('client');
const message = (metadata: object) =>
  buildMessage(openSigner, { header: headers.next('apply_request', 0), metadata, content: {} });
const direct = (engine: string, n = 0): RelayEvent => ({
  type: 'client.sent',
  channel: 'mux',
  client: `c${n}`,
  frames: [encodeText(engine), ...message({}).toWire()],
});
const broadcast = (...engines: string[]): RelayEvent => ({
  type: 'broadcast.requested',
  client: 'c',
  message: message({ targets: engines.map((uuid, id) => [uuid, id]), is_coalescing: true }),
});

function createBench(more: Partial<RelaySettings> = {}) {
  const time = createVirtualTime();
  const state = createState({ ...defaultSettings, engineWaitUs: 2_000_000, ...more });
  const sent: RelaySend[] = [];
  const runner = createRunner<RelayState, RelayEvent, never, RelaySend>({
    state,
    step,
    ports: createVirtualPorts(time, 1),
    perform: { writes() {}, send: (effect) => sent.push(effect) },
    onError: (error) => {
      throw error;
    },
  });
  return {
    time,
    state,
    feed: runner.dispatch,
    /** What has been sent since, by type. */
    sent: () => sent.splice(0).map((effect) => ('client' in effect ? `${effect.type} ${effect.client}` : effect.type)),
  };
}

test('a request waits for the fact that its engine is there, and goes before later ones', () => {
  const { feed, sent, state } = createBench();
  feed(direct('e', 1));
  feed(direct('e', 2));
  expect(sent()).toEqual(['engines.ask', 'engines.ask']);
  feed({ type: 'engine.registered', uuid: 'other' });
  expect(sent()).toEqual([]);
  feed({ type: 'engine.registered', uuid: 'e' });
  expect(sent()).toEqual(['request.pass', 'request.pass']);
  expect(leftovers(state)).toEqual([]);
});

test('a list of the hub settles it: the engine is there, or twice it was not', () => {
  const { feed, sent, state } = createBench();
  feed(direct('e', 1));
  feed(direct('nobody', 2));
  sent();
  feed({ type: 'engines.listed', uuids: ['e'] });
  expect(sent()).toEqual(['request.pass', 'engines.ask']);
  feed({ type: 'engines.listed', uuids: ['e'] });
  expect(sent()).toEqual(['client.answer c2']);
  expect(leftovers(state)).toEqual([]);
});

test('a hub that does not answer is waited for so long only', () => {
  const { feed, sent, state, time } = createBench();
  feed(direct('e', 1));
  time.advance(1_000_000);
  feed(direct('e', 2));
  sent();
  time.advance(1_100_000);
  expect(sent()).toEqual(['client.answer c1']);
  time.advance(1_000_000);
  expect(sent()).toEqual(['client.answer c2']);
  expect(leftovers(state)).toEqual([]);
});

test('a broadcast waits until all its engines are there', () => {
  const { feed, sent, state } = createBench();
  feed({ type: 'engine.registered', uuid: 'a' });
  feed(broadcast('a', 'b'));
  expect(sent()).toEqual(['engines.ask']);
  feed({ type: 'engine.registered', uuid: 'b' });
  expect(sent()).toEqual(['engines.broadcast']);
  feed(broadcast('a', 'c'));
  for (let n = 0; n < 2; n++) feed({ type: 'engines.listed', uuids: ['a', 'b'] });
  expect(sent()).toEqual(['engines.ask', 'engines.ask', 'client.answer c']);
  feed({ type: 'engine.unregistered', uuid: 'a' });
  expect(leftovers(state)).toEqual([]);
});

test('what does not find room is refused at once, and so is everything in one process', () => {
  const { feed, sent } = createBench({ maxHeld: 1 });
  feed(direct('e', 1));
  feed(direct('e', 2));
  expect(sent()).toEqual(['engines.ask', 'client.answer c2']);
  const small = createBench({ maxHeldBytes: 10 });
  small.feed(direct('e', 1));
  expect(small.sent()).toEqual(['client.answer c1']);
  const near = createBench({ engineWaitUs: 0 });
  near.feed(direct('e', 1));
  expect(near.sent()).toEqual(['client.answer c1']);
});

test('a list takes engines away that are gone, and what waited for them', () => {
  const { feed, sent, state } = createBench();
  for (const uuid of ['a', 'b']) feed({ type: 'engine.registered', uuid });
  feed(broadcast('a', 'b'));
  sent();
  feed({ type: 'engines.listed', uuids: ['b', 'c'] });
  expect([...state.engines]).toEqual(['b', 'c']);
  expect(leftovers(state)).toEqual([]);
});

test('every request is passed on or refused, once, whatever comes', () => {
  const uuid = fc.constantFrom('a', 'b', 'c');
  const uuids = fc.subarray(['a', 'b', 'c']);
  const event = fc.oneof(
    { weight: 3, arbitrary: uuid.map((to) => ({ request: to })) },
    { weight: 1, arbitrary: uuid.map((each): RelayEvent => ({ type: 'engine.registered', uuid: each })) },
    { weight: 1, arbitrary: uuid.map((each): RelayEvent => ({ type: 'engine.unregistered', uuid: each })) },
    { weight: 1, arbitrary: uuids.map((all): RelayEvent => ({ type: 'engines.listed', uuids: all })) },
    { weight: 1, arbitrary: fc.nat(1_500_000).map((us) => ({ wait: us })) },
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (events, maxHeld) => {
      const { feed, sent, state, time } = createBench({ maxHeld });
      let requests = 0;
      for (const each of events) {
        if ('request' in each) feed(direct(each.request, requests++));
        else if ('wait' in each) time.advance(each.wait);
        else feed(each);
      }
      time.advance(2_100_000);
      const done = sent();
      const refused = done.filter((what) => what.startsWith('client.answer'));
      expect(done.filter((what) => what === 'request.pass').length + refused.length).toBe(requests);
      expect(new Set(refused).size).toBe(refused.length);
      expect(leftovers(state)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
