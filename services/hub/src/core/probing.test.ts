import { expect, test } from 'vitest';
import { answerTo, request } from '../testing/messages.ts';
import type { TestHub } from '../testing/test-hub.ts';
import { createTestHub, follow } from '../testing/test-hub.ts';
import { leftovers } from './state.ts';

const relayStarts = { type: 'service.started', service: 'relay' } as const;
const direct = (hub: TestHub, msgId: string, engineUuid = 'a'): void =>
  hub.tell({ type: 'direct.requested', engineUuid, message: request(msgId, 'execute_request') });
const reply = (hub: TestHub, msgId: string): void =>
  hub.tell({ type: 'direct.replied', engineUuid: 'a', message: answerTo(msgId, 'execute_reply') });
const probes = (hub: TestHub) =>
  hub.sentOf('fact.publish').flatMap(({ fact }) => (fact.type === 'direct.probe' ? [fact] : []));
const answer = (hub: TestHub, n = -1): void => {
  const { engineUuid, probe } = probes(hub).at(n)!;
  hub.tell({ type: 'direct.probed', engineUuid, probe });
};

function start(): TestHub {
  const hub = createTestHub();
  hub.tell(relayStarts);
  hub.advance(3100);
  for (const uuid of ['a', 'b']) hub.addEngine(uuid);
  return hub;
}

test('after a relay has started, engines with unanswered direct requests are probed, when peers are connected again', () => {
  const hub = start();
  direct(hub, 'd1');
  hub.tell({ type: 'service.started', service: 'heartmonitor' });
  hub.advance(5000);
  expect(probes(hub)).toEqual([]);
  hub.tell(relayStarts);
  hub.advance(2900);
  expect(probes(hub)).toEqual([]);
  hub.advance(200);
  expect(probes(hub)).toMatchObject([{ engineUuid: 'a' }]);
});

test('what the engine has not answered when it comes to the probe was lost: its client is told, and its record ends', () => {
  const hub = start();
  for (const id of ['d1', 'd2', 'd3']) direct(hub, id);
  hub.tell(relayStarts);
  hub.advance(3100);
  direct(hub, 'later');
  reply(hub, 'd2');
  answer(hub);
  expect(hub.sentOf('request.fail')).toMatchObject(
    ['d1', 'd3'].map((msg_id) => ({
      engineUuid: 'a',
      parent: { msg_id, session: 'session-of-client' },
      msgType: 'execute_reply',
      content: { status: 'error', ename: 'EngineError', evalue: expect.stringMatching(`'${msg_id}' was lost.*again`) },
    })),
  );
  expect(hub.ask('result_request', { msg_ids: ['d1', 'd2', 'd3', 'later'] })?.content).toMatchObject({
    completed: ['d1', 'd2', 'd3'],
    pending: ['later'],
    d1: { result_content: { ename: 'EngineError' } },
  });
  answer(hub);
  expect(hub.sentOf('request.fail')).toHaveLength(2);
  reply(hub, 'later');
  hub.advance(1000);
  expect(leftovers(hub.state)).toEqual([]);
  expect(hub.timers()).toBe(0);
});

test('nobody is probed, and nobody gets an error, when all is answered', () => {
  const hub = start();
  direct(hub, 'd1');
  hub.tell(relayStarts);
  hub.advance(3100);
  reply(hub, 'd1');
  answer(hub);
  expect(hub.sentOf('request.fail')).toEqual([]);
  hub.tell(relayStarts);
  hub.advance(3100);
  expect(probes(hub)).toHaveLength(1);
  expect(leftovers(hub.state)).toEqual([]);
});

test('a probe that is not answered goes out again, ever more rarely, until there is nothing to find out', () => {
  const hub = start();
  direct(hub, 'd1');
  direct(hub, 'd2', 'b');
  hub.tell(relayStarts);
  hub.advance(3100);
  expect(probes(hub)).toHaveLength(2);
  hub.advance(30_000);
  expect(probes(hub)).toHaveLength(4);
  expect(probes(hub)[2]).toEqual(probes(hub)[0]);
  hub.tell({ type: 'heart.stopped', uuid: 'b' });
  hub.advance(3600_000);
  expect(probes(hub).length).toBeLessThan(15);
  reply(hub, 'd1');
  answer(hub);
  hub.advance(3600_000);
  expect(leftovers(hub.state)).toEqual([]);
  expect(hub.timers()).toBe(0);
});

test('engines that were there before the relay are announced as gone and back, for requests that nobody knows of', () => {
  const hub = start();
  hub.sent.length = 0;
  direct(hub, 'd1');
  hub.tell(relayStarts);
  hub.addEngine('young');
  hub.sent.length = 0;
  const announced = () =>
    hub.sentOf('clients.notify').map(({ msgType, content }) => [msgType, (content as { uuid: string }).uuid]);
  const goneAndBack = (uuid: string) =>
    ['unregistration', 'registration'].map((what) => [`${what}_notification`, uuid]);
  hub.advance(3100);
  expect(announced()).toEqual(goneAndBack('b'));
  hub.advance(10_000);
  // It has to come to the probe first, so that nobody gives up what it still works on.
  answer(hub);
  expect(hub.sentOf('request.fail')).toHaveLength(1);
  direct(hub, 'd2');
  hub.advance(5000);
  expect(announced()).toHaveLength(2);
  reply(hub, 'd2');
  hub.advance(500);
  expect(announced()).toEqual([...goneAndBack('b'), ...goneAndBack('a')]);
  expect(hub.sentOf('fact.publish').filter(({ fact }) => fact.type !== 'direct.probe')).toEqual([]);
  expect(leftovers(hub.state)).toEqual([]);
});

test('the first relay follows no other, so nothing was lost; unless the hub follows one', () => {
  const hub = createTestHub({ settings: { keepsEngines: true } });
  hub.addEngine('a');
  hub.sent.length = 0;
  hub.tell(relayStarts);
  hub.advance(4000);
  expect(hub.sentOf('clients.notify')).toEqual([]);
  const next = follow(hub);
  next.tell(relayStarts);
  next.advance(4000);
  expect(next.sentOf('clients.notify')).toHaveLength(2);
});

test('where all was one process, engines that seem idle are announced anew when they have come to their probes, too', () => {
  const before = createTestHub({ settings: { keepsEngines: true } });
  before.addEngine('a');
  const hub = follow(before, { settings: { probesIdle: true } });
  hub.tell(relayStarts);
  hub.advance(20_000);
  expect(hub.sentOf('clients.notify')).toEqual([]);
  answer(hub);
  hub.advance(500);
  expect(hub.sentOf('clients.notify')).toHaveLength(2);
  expect(leftovers(hub.state)).toEqual([]);
  expect(hub.timers()).toBe(0);
});

test('an engine that goes before it is announced anew has gone', () => {
  const hub = start();
  direct(hub, 'd1');
  hub.tell(relayStarts);
  hub.advance(3100);
  reply(hub, 'd1');
  answer(hub);
  hub.tell({ type: 'heart.stopped', uuid: 'a' });
  hub.sent.length = 0;
  hub.advance(10_000);
  expect(hub.sentOf('clients.notify')).toEqual([]);
});

test('an answer to a probe of before, or invented, says nothing', () => {
  const hub = start();
  direct(hub, 'd1');
  for (let n = 0; n < 2; n++) {
    hub.tell(relayStarts);
    hub.advance(3100);
  }
  answer(hub, 0);
  hub.tell({ type: 'direct.probed', engineUuid: 'nobody', probe: 'x' });
  hub.tell({ type: 'direct.probed', engineUuid: 'b', probe: probes(hub)[1]!.probe });
  expect(hub.sentOf('request.fail')).toEqual([]);
  answer(hub, 1);
  expect(hub.sentOf('request.fail')).toHaveLength(1);
});

test('a hub that follows another probes, too, for a relay may have started between them', () => {
  const before = createTestHub({ settings: { keepsEngines: true } });
  before.addEngine('a');
  direct(before, 'd1');
  const hub = follow(before);
  hub.advance(3100);
  answer(hub);
  expect(hub.sentOf('request.fail')).toMatchObject([{ parent: { msg_id: 'd1' } }]);
});
