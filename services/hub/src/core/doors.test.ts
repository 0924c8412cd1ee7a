import type { JsonObject } from '@muster/protocol';
import { expect, test } from 'vitest';
import { request } from '../testing/messages.ts';
import { createTestHub } from '../testing/test-hub.ts';
import { leftovers } from './state.ts';

const questions: readonly (readonly [string, JsonObject])[] = [
  ['connection_request', {}],
  ['queue_request', {}],
  ['load_request', {}],
  ['result_request', { msg_ids: [] }],
  ['history_request', {}],
  ['db_request', {}],
  ['purge_request', {}],
  ['resubmit_request', { msg_ids: [] }],
  ['shutdown_request', {}],
  ['become_dask_request', {}],
  ['stop_distributed_request', {}],
];

test("questions of clients are refused at the engines' door, and change nothing", () => {
  const hub = createTestHub();
  for (const [type, content] of questions) {
    expect(hub.query(request(type, type, { content }), 'thief', 'engine')).toMatchObject({
      msgType: 'hub_error',
      content: { ename: 'PermissionError', evalue: expect.stringContaining('ipcontroller-client.json') },
    });
    // The same is taken at the other: it is answered, or the store is asked.
    const answer = hub.query(request(`${type} 2`, type, { content }), 'client', 'client');
    expect(answer?.content.ename).not.toBe('PermissionError');
  }
  expect(hub.sentOf('note').filter(({ what }) => what === 'request refused')).toHaveLength(
    // Refused for another reason: no engines, nothing to resubmit.
    hub.sentOf('query.reply').filter(({ door, msgType }) => door === 'engine' || msgType === 'hub_error').length,
  );
});

test("engines register and leave at theirs, and not at the clients'", () => {
  const hub = createTestHub();
  const ask = (type: string, content: object, door: 'client' | 'engine') =>
    hub.query(request(`${type} ${door}`, type, { content: { ...content } }), 'engine', door);
  expect(ask('registration_request', { uuid: 'a' }, 'client')).toMatchObject({
    msgType: 'registration_reply',
    content: { ename: 'PermissionError' },
  });
  expect(leftovers(hub.state)).toEqual([]);
  expect(ask('registration_request', { uuid: 'a' }, 'engine')?.content).toMatchObject({ status: 'ok', id: 0 });
  hub.tell({ type: 'heart.started', uuid: 'a' });
  expect(ask('unregistration_request', { id: 0 }, 'client')).toMatchObject({ msgType: 'hub_error' });
  expect(hub.state.engines.size).toBe(1);
  ask('unregistration_request', { id: 0 }, 'engine');
  expect(hub.state.engines.size).toBe(0);
});
