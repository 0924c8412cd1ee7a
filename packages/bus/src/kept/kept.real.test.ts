// Kept facts on a real nats-server that goes away while work runs, with hubs that are killed.
import { silentLogger } from '@muster/telemetry';
import { until } from '@muster/testkit';
import { describe, expect, test } from 'vitest';
import type { Bus } from '../bus.ts';
import { bytesFrom, messageOf } from '../contract/kit.ts';
import { createKeptPublisher, createKeptReceiver } from '../kept.ts';
import { openBus, settle } from '../testing/buses.ts';
import { natsServer, startNatsServer, whyMissing } from '../testing/nats-server.ts';

/** Stores what it handles after a while; what it has not stored is lost with it. */
function startHub(bus: Bus, stored: Set<string>) {
  let unstored: string[] = [];
  const handled: number[] = [];
  const receiver = createKeptReceiver({
    bus,
    warn: () => {},
    settled: async () => {
      const some = unstored;
      unstored = [];
      await new Promise((done) => setTimeout(done, 5));
      for (const msgId of some) stored.add(msgId);
    },
  });
  const hear = (msgId: string): void => {
    handled.push(Number(msgId));
    unstored.push(msgId);
  };
  const ends = [
    receiver.subscribe('task.dispatched', ({ msgId }) => hear(msgId)),
    receiver.subscribe('task.finished', ({ message }) => hear(message.header.msg_id)),
    receiver.stop,
  ];
  return { handled, kill: () => ends.forEach((end) => void end()) };
}

describe.skipIf(!natsServer)(`kept facts on a real server${whyMissing()}`, () => {
  test('nothing is lost and nothing is handled twice while NATS and hubs are killed', {
    timeout: 180_000,
  }, async () => {
    await using server = await startNatsServer();
    await using near = openBus(server.address);
    await using far = openBus(server.address);
    const stored = new Set<string>();
    let hub = startHub(far, stored);
    await settle(far, near);
    const bus = createKeptPublisher({ bus: near, log: silentLogger, stallMs: 200 });
    let next = 0;
    const timer = setInterval(() => {
      for (let i = 0; i < 20; i++, next++) {
        const msgId = String(next);
        // Two types, so that the order is that of the publisher and not of a subject; some are larger than a NATS message.
        if (next % 2 === 0) bus.publish({ type: 'task.dispatched', msgId, engineUuid: 'e' });
        else
          bus.publish({
            type: 'task.finished',
            message: messageOf(msgId, [bytesFrom(next, next % 2001 === 0 ? 1.5e6 : 9)]),
          });
      }
    }, 2);
    const reach = (count: number) =>
      until(() => stored.size >= count, { what: () => `${count} stored of ${stored.size}`, timeoutMs: 30_000 });
    try {
      for (let round = 0; round < 3; round++) {
        await reach(stored.size + 1000);
        await server.stop();
        await near.becomes('disconnected', round + 1);
        if (round === 1) {
          hub.kill();
          hub = startHub(far, stored);
        }
        await server.start();
        await far.becomes('reconnected', round + 1);
        await reach(stored.size + 1000);
        const before = hub;
        before.kill();
        expect(isInOrder(before.handled)).toBe(true);
        hub = startHub(far, stored);
        if (round === 0) far.publish({ type: 'service.started', service: 'hub' });
      }
    } finally {
      clearInterval(timer);
    }
    await until(() => stored.size === next, {
      what: () => `all ${next} are stored; ${stored.size} are`,
      timeoutMs: 20_000,
    });
    expect(isInOrder(hub.handled)).toBe(true);
    await bus.close();
    hub.kill();
    expect(near.lines.filter((line) => line.includes('has stored'))).toEqual([]);
  });
});

const isInOrder = (numbers: readonly number[]): boolean =>
  numbers.every((n, i) => i === 0 || n === numbers[i - 1]! + 1);
