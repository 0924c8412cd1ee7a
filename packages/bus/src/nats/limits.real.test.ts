import { describe, expect, test } from 'vitest';
import { beat, bytesFrom, listen, messageOf } from '../contract/kit.ts';
import type { EngineRef } from '../facts.ts';
import { openBus, settle } from '../testing/buses.ts';
import { natsServer, startNatsServer, whyMissing } from '../testing/nats-server.ts';

const list = { type: 'engines.list' } as const;

describe.skipIf(!natsServer)(`sizes${whyMissing()}`, () => {
  test('a server that takes only small messages gets facts in parts, in their order', async () => {
    await using server = await startNatsServer('max_payload: 4096');
    await using near = openBus(server.address);
    await using far = openBus(server.address);
    const heard = listen(far, 'task.finished', 'heart.started');
    await settle(far, near);
    const sizes = [0, 1, 3500, 4000, 4096, 8192, 100_000, 3_000_000];
    for (const [n, size] of sizes.entries()) {
      near.publish({ type: 'task.finished', message: messageOf(String(n), [bytesFrom(n, size)]) });
      near.publish(beat(String(n)));
    }
    const facts = await heard.wait(2 * sizes.length);
    for (const [n, size] of sizes.entries()) {
      const fact = facts[2 * n]!;
      const buffer = fact.type === 'task.finished' ? fact.message.buffers[0]! : new Uint8Array(0);
      expect(Buffer.compare(buffer, bytesFrom(n, size))).toBe(0);
      expect(facts[2 * n + 1]).toEqual(beat(String(n)));
    }
  });

  test('the largest fact travels whole; of a larger one the buffers stay behind, and it is told', async () => {
    await using server = await startNatsServer();
    await using near = openBus(server.address);
    await using far = openBus(server.address);
    const heard = listen(far, 'task.finished');
    await settle(far, near);
    const mib = 1024 * 1024;
    for (const size of [32 * mib - 1000, 32 * mib, 0])
      near.publish({ type: 'task.finished', message: messageOf('m', [bytesFrom(1, size)]) });
    const facts = await heard.wait(3);
    const sizes = facts.map((fact) => ('message' in fact ? [fact.message.sizeBytes > mib, fact.leftOutBytes] : []));
    expect(sizes).toEqual([
      [true, undefined],
      [false, 32 * mib],
      [false, undefined],
    ]);
    expect(near.counts()).toMatchObject({ tooLarge: 1, published: 3 });
    await near.says('bus: a fact is too large to travel as it is {"fact":"task.finished","leftOutBytes":33554432}');
  });

  test('what is too large without its buffers stays here, and others learn that they missed it', async () => {
    await using server = await startNatsServer();
    await using near = openBus(server.address, { maxFactBytes: 1000 });
    await using far = openBus(server.address);
    const heard = listen(far, 'engine.unregistered');
    await settle(far, near);
    const engine = { id: 1, uuid: 'a', kernel: 'node' };
    for (const length of [1, 990, 2]) near.publish({ type: 'engine.unregistered', engine, reason: 'x'.repeat(length) });
    const facts = await heard.wait(2);
    expect(facts.map((fact) => 'reason' in fact && fact.reason)).toEqual(['x', 'xx']);
    expect(near.counts()).toMatchObject({ tooLarge: 1, published: 2 });
    await far.becomes('missed');
    expect(far.statuses.at(-1)).toEqual({ type: 'missed', facts: { 'engine.unregistered': 1 } });
  });

  test('what is no fact is not published, and the publisher is not harmed', async () => {
    await using server = await startNatsServer();
    await using bus = openBus(server.address);
    const heard = listen(bus, 'heart.started');
    await settle(bus);
    bus.publish({ type: 'heart.started', uuid: 'x'.repeat(300) });
    bus.publish(beat('a'));
    await heard.wait(1);
    await bus.says('bus: what was to be published is no fact');
  });

  test('ten thousand engines fit in an answer; what does not is refused in words', async () => {
    await using server = await startNatsServer();
    await using near = openBus(server.address);
    await using far = openBus(server.address);
    const engines = Array.from({ length: 10_000 }, (_, id): EngineRef => {
      return { id, uuid: `00000000-${String(id).padStart(24, '0')}`, kernel: 'python' };
    });
    let pending: string[] = [];
    far.serve('engines.list', () => ({ engines, pending }));
    await settle(far, near);
    expect((await near.ask(list, { timeoutMs: 10_000 })).engines).toEqual(engines);
    pending = engines.map(({ uuid }) => uuid);
    await expect(near.ask(list, { timeoutMs: 10_000 })).rejects.toMatchObject({
      code: 'ask_failed',
      message: expect.stringContaining('too large'),
    });
  });
});
