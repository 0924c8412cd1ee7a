import { expect, test } from 'vitest';
import type { TestHub } from '../testing/test-hub.ts';
import { createTestHub } from '../testing/test-hub.ts';
import { leftovers } from './state.ts';

const settings = { dismissAfterMs: 5000 };
const dismissed = (hub: TestHub) => hub.sentOf('engine.dismiss').map(({ engineUuid }) => engineUuid);
const beats = (hub: TestHub, uuid: string): void => hub.tell({ type: 'heart.started', uuid });
const former = (uuid: string, id: number) => ({ uuid, id, kernel: 'python', status: 'registered' }) as const;

test('an engine that beats and was never registered is told to end, once', () => {
  const hub = createTestHub({ settings });
  beats(hub, 'zombie');
  beats(hub, 'zombie');
  hub.advance(4900);
  expect(dismissed(hub)).toEqual([]);
  hub.advance(200);
  expect(dismissed(hub)).toEqual(['zombie']);
  expect(hub.sentOf('note').at(-1)?.fields).toMatchObject({ remedy: expect.stringContaining('--restore') });
  expect(leftovers(hub.state)).toEqual([]);
});

test('one that registers meanwhile, or is here, or has just said goodbye, is no stranger', () => {
  const hub = createTestHub({ settings });
  beats(hub, 'late');
  hub.addEngine('late');
  beats(hub, 'late');
  const id = hub.addEngine('leaving');
  hub.ask('unregistration_request', { id });
  beats(hub, 'leaving');
  hub.advance(20_000);
  expect(dismissed(hub)).toEqual([]);
  expect(hub.timers()).toBe(0);
});

test('by default nobody is told to end', () => {
  const hub = createTestHub();
  beats(hub, 'zombie');
  hub.advance(60_000);
  expect(dismissed(hub)).toEqual([]);
});

test('the goodbye of an engine of an earlier controller does not take away who has its number now', () => {
  const hub = createTestHub({ settings });
  hub.tell({ type: 'hub.reused', former: [former('old', 0), former('dead', 1)] });
  beats(hub, 'old');
  expect([hub.addEngine('new'), hub.addEngine('other')]).toEqual([0, 1]);
  hub.advance(5100);
  expect(dismissed(hub)).toEqual(['old']);
  hub.ask('unregistration_request', { id: 0 });
  hub.ask('unregistration_request', { id: 1 });
  expect(hub.ask('connection_request')?.content.engines).toEqual({ 0: 'new' });
  // The second one is its own.
  hub.ask('unregistration_request', { id: 0 });
  expect(hub.ask('connection_request')?.content.engines).toEqual({});
});
