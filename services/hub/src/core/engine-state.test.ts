import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTestHub } from '../testing/test-hub.ts';
import { engineStateText, parseEngineState } from './engine-state.ts';

test('what Python writes', () => {
  expect(parseEngineState('{"engines": {"0": "a", "3": "b"}, "next_id": 5}')).toEqual({
    engines: [
      { id: 0, uuid: 'a', kernel: 'python', status: 'registered' },
      { id: 3, uuid: 'b', kernel: 'python', status: 'registered' },
    ],
    nextId: 5,
    since: undefined,
    departed: [],
  });
});

test('what one hub has written another reads: also kernels, and who is on the way in or lost', () => {
  const hub = createTestHub({ settings: { keepsEngines: true, since: '2026-11-23T10:00:00.000000Z' } });
  hub.addEngine('a', { kernel: 'node' });
  hub.addEngine('b');
  hub.tell({ type: 'heart.stopped', uuid: 'b' });
  hub.ask('registration_request', { uuid: 'c' });
  expect(hub.sent.slice(-3)).toContainEqual({ type: 'engine-state.save' });
  const text = engineStateText(hub.state);
  expect(JSON.parse(text)).toMatchObject({ engines: { 0: 'a' }, next_id: 3 });
  expect(parseEngineState(text)).toEqual({
    engines: [
      { id: 0, uuid: 'a', kernel: 'node', status: 'registered' },
      { id: 2, uuid: 'c', kernel: 'python', status: 'registering' },
      { id: 1, uuid: 'b', kernel: 'python', status: 'lost' },
    ],
    nextId: 3,
    since: '2026-11-23T10:00:00.000000Z',
    departed: [{ id: 1, uuid: 'b', kernel: 'python' }],
  });
});

test('a hub that nobody follows saves only who comes and goes', () => {
  const hub = createTestHub();
  hub.ask('registration_request', { uuid: 'a' });
  expect(hub.sentOf('engine-state.save')).toEqual([]);
});

test('numbers in use count, whatever the next one is said to be', () => {
  expect(parseEngineState('{"engines": {"7": "a"}, "next_id": 2}').nextId).toBe(8);
});

test.each([
  ['', 'empty'],
  ['{"engines": {"0": "a"', 'half written'],
  ['[]', 'no JSON object'],
  ['{"next_id": 1}', 'engines'],
  ['{"engines": {}, "next_id": -1}', 'next_id'],
  ['{"engines": {"x": "a"}, "next_id": 1}', 'number'],
  ['{"engines": {"1e9999": "a"}, "next_id": 1}', 'number'],
  ['{"engines": {"0": 5}, "next_id": 1}', 'identity of engine 0'],
  ['{"engines": {"0": "a", "1": "a"}, "next_id": 2}', 'same identity'],
  ['{"engines": {}, "next_id": 0, "muster": {"engines": [{}]}}', 'muster.engines'],
  ['{"engines": {}, "next_id": 0, "muster": {"departed": [{"id": 1}]}}', 'an engine of muster'],
])('%s is refused with what is wrong', (text, why) => {
  expect(() => parseEngineState(text)).toThrow(why);
});

test('whatever the file holds, it is read or refused', () => {
  const nearly = fc.record({ engines: fc.jsonValue(), next_id: fc.jsonValue(), muster: fc.jsonValue() });
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    nearly.map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(text, (file) => {
      try {
        const { engines, nextId } = parseEngineState(file);
        for (const { id } of engines) expect(id).toBeLessThan(nextId);
      } catch (error) {
        expect((error as Error).constructor).toBe(Error);
      }
    }),
    { numRuns: 500 },
  );
});
