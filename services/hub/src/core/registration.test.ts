import { formatDate } from '@muster/protocol';
import { expect, test } from 'vitest';
import { answerTo, request, startUs } from '../testing/messages.ts';
import { createTestHub } from '../testing/test-hub.ts';
import { engineStateText } from './engine-state.ts';
import { leftovers } from './state.ts';

const registration = (uuid: string) => ({ type: 'registration.pending', uuid });

test('an engine is answered at once, and announced when its heart is heard', () => {
  const hub = createTestHub();
  expect(hub.ask('registration_request', { uuid: 'a', kernel: 'node' })).toMatchObject({
    msgType: 'registration_reply',
    content: { status: 'ok', id: 0, hb_period: 3000 },
    withConnectionInfo: true,
  });
  expect(hub.sent[0]).toMatchObject({ type: 'query.reply' });
  expect(hub.sentOf('fact.publish').map((effect) => effect.fact)).toEqual([registration('a')]);
  expect(hub.sentOf('clients.notify')).toEqual([]);
  expect(hub.ask('connection_request')?.content).toEqual({ status: 'ok', engines: {}, kernels: {} });

  hub.tell({ type: 'heart.started', uuid: 'a' });
  hub.tell({ type: 'heart.started', uuid: 'a' });
  expect(hub.sentOf('clients.notify')).toEqual([
    {
      type: 'clients.notify',
      msgType: 'registration_notification',
      parent: {},
      content: { id: 0, uuid: 'a', kernel: 'node' },
    },
  ]);
  expect(hub.sentOf('fact.publish').at(-1)?.fact).toEqual({
    type: 'engine.registered',
    engine: { id: 0, uuid: 'a', kernel: 'node' },
  });
  expect(hub.sentOf('engine-state.save')).toHaveLength(1);
  expect(JSON.parse(engineStateText(hub.state))).toEqual({
    ...{ engines: { 0: 'a' }, next_id: 1 },
    muster: { engines: [{ id: 0, uuid: 'a', kernel: 'node', status: 'registered' }] },
  });
  expect(hub.ask('connection_request')?.content).toEqual({ status: 'ok', engines: { 0: 'a' }, kernels: { 0: 'node' } });
  expect(hub.timers()).toBe(0);
});

test('numbers count up, are honoured when asked for and free, and are not used again', () => {
  const hub = createTestHub();
  expect(hub.addEngine('a')).toBe(0);
  expect(hub.addEngine('b', { id: 5 })).toBe(5);
  expect(hub.addEngine('c', { id: 5 })).toBe(6);
  expect(hub.addEngine('d', { id: null })).toBe(7);
  hub.ask('unregistration_request', { id: 7 });
  expect(hub.addEngine('d')).toBe(8);
  expect(hub.addEngine('e', { id: 3 })).toBe(3);
  expect(hub.addEngine('f')).toBe(9);
});

test('a uuid that is registered or registering is refused', () => {
  const hub = createTestHub();
  const refused = {
    msgType: 'registration_reply',
    content: { status: 'error', ename: 'KeyError', evalue: `"uuid 'a' in use"`, engine_info: {} },
  };
  hub.ask('registration_request', { uuid: 'a' });
  expect(hub.ask('registration_request', { uuid: 'a' })).toMatchObject(refused);
  hub.tell({ type: 'heart.started', uuid: 'a' });
  expect(hub.ask('registration_request', { uuid: 'a' })).toMatchObject(refused);
  expect(hub.state.engines.size).toBe(1);
});

test.each([
  [{}, 'ValueError'],
  [{ uuid: 7 }, 'ValueError'],
  [{ uuid: '' }, 'ValueError'],
  [{ uuid: 'x'.repeat(256) }, 'ValueError'],
  [{ uuid: 'a', id: -1 }, 'ValueError'],
  [{ uuid: 'a', id: 1.5 }, 'ValueError'],
  [{ uuid: 'a', id: 2 ** 40 }, 'ValueError'],
])('registration with %j is refused with %s', (content, ename) => {
  const hub = createTestHub();
  expect(hub.ask('registration_request', content)).toMatchObject({
    msgType: 'registration_reply',
    content: { status: 'error', ename },
  });
  expect(leftovers(hub.state)).toEqual([]);
});

test('an engine whose heart is never heard is given up, and may try again', () => {
  const hub = createTestHub();
  hub.ask('registration_request', { uuid: 'a' });
  hub.advance(29_999);
  expect(leftovers(hub.state)).toEqual(['registering engine a']);
  hub.advance(2);
  expect(leftovers(hub.state)).toEqual([]);
  expect(hub.sentOf('fact.publish').at(-1)?.fact).toEqual({ type: 'registration.ended', uuid: 'a' });
  expect(hub.sentOf('clients.notify')).toEqual([]);
  expect(hub.addEngine('a')).toBe(1);
});

test('an engine whose heart is heard only after it was given up is taken all the same', () => {
  const hub = createTestHub();
  hub.ask('registration_request', { uuid: 'a' });
  hub.advance(30_001);
  hub.addEngine('b', { id: 0 });
  hub.tell({ type: 'heart.started', uuid: 'a' });
  expect(hub.sentOf('clients.notify').map(({ content }) => content)).toMatchObject([
    { id: 1, uuid: 'b' },
    { id: 0, uuid: 'a' },
  ]);
  expect(hub.timers()).toBe(0);
});

test('a pending registration is cancelled by unregistration, without a word to clients', () => {
  const hub = createTestHub();
  hub.ask('registration_request', { uuid: 'a' });
  expect(hub.ask('unregistration_request', { id: 0 })).toBeUndefined();
  expect(hub.sentOf('fact.publish').at(-1)?.fact).toEqual({ type: 'registration.ended', uuid: 'a' });
  expect(hub.sentOf('clients.notify')).toEqual([]);
  expect(hub.timers()).toBe(0);
});

test('unregistration of nobody changes nothing', () => {
  const hub = createTestHub();
  hub.addEngine('a');
  const before = hub.sent.length;
  for (const id of [null, 7, -1]) expect(hub.ask('unregistration_request', { id })).toBeUndefined();
  expect(hub.sent).toHaveLength(before);
});

test.each(['request', 'shutdown', 'heart'])('an engine that goes by %s is taken off and told of', (how) => {
  const hub = createTestHub();
  hub.addEngine('a');
  if (how === 'request') hub.ask('unregistration_request', { id: 0 });
  if (how === 'heart') hub.tell({ type: 'heart.stopped', uuid: 'a' });
  const last = answerTo('any', 'shutdown_reply', {
    header: { session: 'a' },
    content: { status: 'ok', restart: false },
  });
  if (how === 'shutdown') hub.tell({ type: 'iopub.published', message: last });
  expect(hub.sentOf('clients.notify').at(-1)).toMatchObject({
    msgType: 'unregistration_notification',
    parent: {},
    content: { id: 0, uuid: 'a' },
  });
  expect(hub.sentOf('fact.publish').at(-1)?.fact).toMatchObject({
    type: 'engine.unregistered',
    engine: { id: 0, uuid: 'a', kernel: 'python' },
  });
  expect(JSON.parse(engineStateText(hub.state))).toMatchObject({ engines: {}, next_id: 1 });
  expect(hub.timers()).toBe(0);
});

test('direct requests of a lost engine end with an EngineError after the grace', () => {
  const hub = createTestHub();
  hub.addEngine('a');
  hub.tell({ type: 'direct.requested', engineUuid: 'a', message: request('m1') });
  hub.tell({ type: 'direct.requested', engineUuid: 'a', message: request('m2', 'execute_request') });
  hub.tell({ type: 'direct.requested', engineUuid: 'a', message: request('m3') });
  hub.ask('unregistration_request', { id: 0 });
  hub.advance(4999);
  // An answer that was under way still counts.
  hub.tell({ type: 'direct.replied', engineUuid: 'a', message: answerTo('m3') });
  expect(hub.ask('result_request', { msg_ids: ['m1', 'm2', 'm3'], status_only: true })?.content).toMatchObject({
    pending: ['m1', 'm2'],
    completed: ['m3'],
  });
  hub.advance(2);
  const error = (id: string) => ({
    status: 'error',
    ename: 'EngineError',
    evalue: `Engine 0 died while running task '${id}'`,
    engine_info: {},
  });
  const date = formatDate(startUs + 5_000_000).slice(0, 19);
  expect(hub.ask('result_request', { msg_ids: ['m1', 'm2'] })?.content).toMatchObject({
    completed: ['m1', 'm2'],
    m1: {
      result_content: error('m1'),
      result_metadata: {},
      result_header: { msg_type: 'apply_reply', engine: 'a', date: expect.stringContaining(date) },
    },
    m2: { result_content: error('m2'), result_header: { msg_type: 'execute_reply' } },
  });
  expect(leftovers(hub.state)).toEqual([]);
  expect(hub.timers()).toBe(0);
});

test('an engine that stopped answering pings and wakes up is taken back under its number', () => {
  const hub = createTestHub();
  hub.addEngine('a');
  for (const msgId of ['m1', 'm2']) hub.tell({ type: 'direct.requested', engineUuid: 'a', message: request(msgId) });
  hub.tell({ type: 'heart.stopped', uuid: 'a' });
  hub.advance(3000);
  hub.tell({ type: 'heart.started', uuid: 'a' });
  expect(hub.sentOf('clients.notify').at(-1)).toMatchObject({ content: { id: 0, uuid: 'a' } });
  hub.tell({ type: 'direct.replied', engineUuid: 'a', message: answerTo('m1') });
  expect(hub.ask('queue_request', { targets: 0 })?.content[0]).toEqual({ queue: 1, completed: 1, tasks: 0 });
});

test('what an engine had when it was lost is given up, though it is back; what it gets then is not', () => {
  const hub = createTestHub();
  hub.addEngine('a');
  const ask = (msgId: string): void => hub.tell({ type: 'direct.requested', engineUuid: 'a', message: request(msgId) });
  ask('lost with its connections');
  hub.tell({ type: 'heart.stopped', uuid: 'a' });
  hub.advance(1000);
  hub.tell({ type: 'heart.started', uuid: 'a' });
  ask('lost again');
  hub.tell({ type: 'heart.stopped', uuid: 'a' });
  hub.advance(1000);
  hub.tell({ type: 'heart.started', uuid: 'a' });
  ask('still to come');
  hub.advance(3001);
  expect(hub.ask('queue_request', { targets: 0, verbose: true })?.content[0]).toMatchObject({
    queue: ['lost again', 'still to come'],
  });
  hub.advance(60_000);
  expect(hub.ask('queue_request', { targets: 0, verbose: true })?.content[0]).toMatchObject({
    queue: ['still to come'],
  });
  // An answer that comes after all is better than the error.
  hub.tell({ type: 'direct.replied', engineUuid: 'a', message: answerTo('lost again') });
  expect(hub.ask('result_request', { msg_ids: ['lost again'] })?.content['lost again']).toMatchObject({
    result_content: { status: 'ok' },
  });
  hub.tell({ type: 'direct.replied', engineUuid: 'a', message: answerTo('still to come') });
  expect(leftovers(hub.state)).toEqual([]);
  expect(hub.timers()).toBe(0);
});

test('an engine that went by its own wish is not taken back by a late heartbeat', () => {
  const hub = createTestHub();
  hub.addEngine('a');
  hub.ask('unregistration_request', { id: 0 });
  hub.tell({ type: 'heart.started', uuid: 'a' });
  expect(hub.state.engines.size).toBe(0);
});

test.each(['request', 'shutdown'])('a lost engine that is gone for good, by %s, is not taken back', (how) => {
  const hub = createTestHub();
  hub.addEngine('a');
  hub.tell({ type: 'heart.stopped', uuid: 'a' });
  if (how === 'request') hub.ask('unregistration_request', { id: 0 });
  else {
    const last = answerTo('any', 'shutdown_reply', { header: { session: 'a' }, content: { status: 'ok' } });
    hub.tell({ type: 'iopub.published', message: last });
  }
  hub.tell({ type: 'heart.started', uuid: 'a' });
  expect(hub.state.engines.size).toBe(0);
  expect(hub.sentOf('clients.notify')).toHaveLength(2);
});

test('a lost engine that registers anew gets a new number', () => {
  const hub = createTestHub();
  hub.addEngine('a');
  hub.tell({ type: 'heart.stopped', uuid: 'a' });
  expect(hub.addEngine('a')).toBe(1);
  expect([...hub.state.engines.keys()]).toEqual([1]);
  expect(hub.state.lost.size).toBe(0);
});

test('limits of engines are told to those who come too late', () => {
  const hub = createTestHub({ settings: { pendingRegistrationLimit: 2, engineLimit: 3 } });
  hub.ask('registration_request', { uuid: 'a' });
  hub.ask('registration_request', { uuid: 'b' });
  expect(hub.ask('registration_request', { uuid: 'c' })?.content.evalue).toMatch(/2 engines are registering already/);
  hub.tell({ type: 'heart.started', uuid: 'a' });
  expect(hub.ask('registration_request', { uuid: 'c' })?.content.status).toBe('ok');
  hub.tell({ type: 'heart.started', uuid: 'b' });
  expect(hub.ask('registration_request', { uuid: 'd' })?.content.evalue).toMatch(/3 engines already/);
});
