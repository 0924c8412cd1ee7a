// What becomes of facts and questions when the server comes late, goes, stops, or comes back.
import { freePort, until } from '@muster/testkit';
import { describe, expect, test } from 'vitest';
import { beat, bytesFrom, codeOf, listen, messageOf } from '../contract/kit.ts';
import { openBus, settle } from '../testing/buses.ts';
import { natsServer, startNatsServer, whyMissing } from '../testing/nats-server.ts';

const list = { type: 'engines.list' } as const;
const isRising = (numbers: readonly number[]): boolean => numbers.every((n, i) => i === 0 || n > numbers[i - 1]!);

describe.skipIf(!natsServer)(`a server that comes and goes${whyMissing()}`, () => {
  test('an absent server is waited for, and facts with it', async () => {
    const port = await freePort();
    await using bus = openBus(`127.0.0.1:${port}`);
    const heard = listen(bus, 'heart.started');
    for (let n = 0; n < 100; n++) bus.publish(beat(String(n)));
    const asked = codeOf(bus.ask(list, { timeoutMs: 50 }));
    await bus.says('bus: waiting for NATS {"why":"nobody listens there","attempts":1');
    expect(bus.isConnected).toBe(false);
    expect(bus.counts()).toMatchObject({ published: 100, waiting: 100, dropped: 0 });
    expect(await asked).toBe('timeout');
    await expect(bus.flush()).rejects.toThrow('away');

    await using _server = await startNatsServer('', port);
    await bus.ready;
    expect(await heard.wait(100)).toHaveLength(100);
    expect(heard.uuids()).toEqual(Array.from({ length: 100 }, (_, n) => String(n)));
    expect(bus.statuses.map(({ type }) => type)).toEqual(['connected']);
    expect(bus.counts().waiting).toBe(0);
  });

  test('a bus that waits can be closed at once', async () => {
    const bus = openBus(`127.0.0.1:${await freePort()}`);
    bus.publish(beat('a'));
    await bus.says('bus: waiting');
    const begin = performance.now();
    await bus.close();
    expect(performance.now() - begin).toBeLessThan(1000);
    await expect(bus.ready).rejects.toMatchObject({ code: 'bus_closed' });
    await bus.says('bus: closed before NATS took all facts {"facts":1');
  });

  test('facts around a restart come late or not at all, never twice, never in another order', async () => {
    await using server = await startNatsServer();
    await using near = openBus(server.address);
    await using far = openBus(server.address);
    const heard = listen(far, 'heart.started', 'heart.stopped');
    await settle(far, near);
    let next = 0;
    const publish = (): void => {
      for (let i = 0; i < 20; i++, next++) {
        near.publish({ type: next % 2 === 0 ? 'heart.started' : 'heart.stopped', uuid: String(next) });
      }
    };
    const timer = setInterval(publish, 2);
    try {
      for (let round = 1; round <= 3; round++) {
        await heard.wait(heard.facts.length + 500);
        await server.stop();
        await Promise.all([near.becomes('disconnected', round), far.becomes('disconnected', round)]);
        await server.start();
        await Promise.all([near.becomes('reconnected', round), far.becomes('reconnected', round)]);
      }
      await heard.wait(heard.facts.length + 500);
    } finally {
      clearInterval(timer);
    }
    near.publish(beat(String(next)));
    await until(() => heard.uuids().at(-1) === String(next), { what: 'the last fact comes' });
    expect(isRising(heard.uuids().map(Number))).toBe(true);
    // What is lost is known: every fact was heard or missed, but for those at the very end of a connection.
    const { received, missed, stale } = far.counts();
    expect(received).toBe(heard.facts.length);
    expect(stale).toBe(0);
    expect(received + missed).toBe(next + 1);
    expect(near.counts()).toMatchObject({ waiting: 0, dropped: 0 });
  });

  test('subscriptions made while the server is away are in force once, when it is back', async () => {
    await using server = await startNatsServer();
    await using bus = openBus(server.address);
    await settle(bus);
    await server.stop();
    await bus.becomes('disconnected');
    const heard = listen(bus, 'heart.started');
    const end = bus.subscribe('heart.stopped', () => heard.facts.push(beat('ended before')));
    end();
    bus.publish(beat('late'));
    bus.publish({ type: 'heart.stopped', uuid: 'nobody listens' });
    await server.start();
    await bus.becomes('reconnected');
    bus.publish(beat('after'));
    await heard.wait(2);
    await settle(bus);
    expect(heard.uuids()).toEqual(['late', 'after']);
  });

  test('of several servers the next is taken when one goes', async () => {
    await using first = await startNatsServer();
    await using second = await startNatsServer();
    const absent = `127.0.0.1:${await freePort()}`;
    await using bus = openBus(first.address, { servers: [absent, first.address, second.address] });
    const heard = listen(bus, 'heart.started');
    await settle(bus);
    for (let round = 1; round <= 3; round++) {
      bus.publish(beat(String(round)));
      await heard.wait(round);
      const status = bus.statuses.at(-1)!;
      const [used, other] = 'server' in status && status.server === first.address ? [first, second] : [second, first];
      await used.stop();
      await bus.becomes('reconnected', round);
      expect(bus.statuses.at(-1)).toEqual({ type: 'reconnected', server: other.address });
      await used.start();
      await settle(bus);
    }
  });

  test('a question outlives a restart, within its deadline', async () => {
    await using server = await startNatsServer();
    await using near = openBus(server.address);
    await using far = openBus(server.address);
    let asked = 0;
    // The first is never answered.
    far.serve('engines.list', () => (asked++ === 0 ? new Promise(() => {}) : { engines: [], pending: ['a'] }));
    await settle(far, near);
    const answer = near.ask(list, { timeoutMs: 20_000 });
    await until(() => asked === 1, { what: 'the question arrives' });
    await server.stop();
    await near.becomes('disconnected');
    // Nobody may be there yet when the one who asks is back first.
    const again = near.ask(list, { timeoutMs: 20_000 });
    const both = Promise.allSettled([answer, again]);
    await server.start();
    for (const result of await both) {
      if (result.status === 'fulfilled') expect(result.value).toEqual({ engines: [], pending: ['a'] });
      else expect(result.reason).toMatchObject({ code: 'nobody_serves', retryable: true });
    }
    await far.becomes('reconnected');
    await settle(far);
    expect(await near.ask(list, { timeoutMs: 20_000 })).toEqual({ engines: [], pending: ['a'] });
  });

  test('while the server is away facts wait in a bounded room, and others learn that some are missing', async () => {
    await using server = await startNatsServer();
    await using near = openBus(server.address, { maxWaitingBytes: 100_000 });
    await using far = openBus(server.address);
    const heard = listen(far, 'heart.started');
    await settle(far, near);
    near.publish(beat('first'));
    await heard.wait(1);
    await server.stop();
    await near.becomes('disconnected');
    for (let n = 1; n <= 5000; n++) near.publish(beat(String(n)));
    const { waiting, dropped } = near.counts();
    expect(waiting + dropped).toBe(5000);
    expect(waiting).toBeLessThan(1000);
    await near.says('bus: too many facts wait for NATS');
    await server.start();
    await Promise.all([far.becomes('reconnected'), near.becomes('reconnected')]);
    near.publish(beat('5001'));
    await until(() => heard.uuids().at(-1) === '5001', { what: 'the last fact comes' });
    expect(isRising(heard.uuids().slice(1).map(Number))).toBe(true);
    await far.becomes('missed');
    expect(far.counts().missed).toBeGreaterThanOrEqual(dropped);
  });

  test('a server that hangs is given up, what it does not read stays bounded, and all goes on afterwards', async () => {
    await using server = await startNatsServer();
    const patience = { pingIntervalMs: 200, maxWaitingBytes: 8_000_000 };
    await using near = openBus(server.address, patience);
    await using far = openBus(server.address, patience);
    const heard = listen(far, 'heart.started');
    await settle(far, near);
    server.kill('SIGSTOP');
    const message = messageOf('m', [bytesFrom(1, 1_000_000)]);
    for (let n = 0; n < 60; n++) near.publish({ type: 'task.received', message });
    expect(near.counts().dropped).toBeGreaterThan(25);
    expect(near.counts().waiting).toBeLessThanOrEqual(8);
    await Promise.all([near.becomes('disconnected'), far.becomes('disconnected')]);
    expect(near.statuses.at(-1)).toEqual({ type: 'disconnected', why: 'no answer to pings' });
    server.kill('SIGCONT');
    await Promise.all([near.becomes('reconnected'), far.becomes('reconnected')]);
    await settle(far, near);
    near.publish(beat('after'));
    await heard.wait(1);
  });

  test('close does not wait for a server that hangs', async () => {
    await using server = await startNatsServer();
    const bus = openBus(server.address, { closeTimeoutMs: 300 });
    await settle(bus);
    server.kill('SIGSTOP');
    bus.publish(beat('a'));
    const begin = performance.now();
    await bus.close();
    expect(performance.now() - begin).toBeLessThan(2000);
    server.kill('SIGCONT');
  });
});
