import { createInProcessBus, type Fact } from '@muster/bus';
import { createSystemPorts } from '@muster/machine/node';
import { encodeText } from '@muster/protocol';
import { silentLogger } from '@muster/telemetry';
import { loopbackSockets, until } from '@muster/testkit';
import { createTransport as createDefault, createMemoryTransport, createZeromqTransport } from '@muster/transport';
import { expect, onTestFinished, test } from 'vitest';
import { createHeartmonitorService } from './index.ts';

test.each([
  ['memory', createMemoryTransport],
  ['zmtp', createDefault],
  ['zeromq', createZeromqTransport],
] as const)(
  'an engine that echoes pings is announced, and given up when it falls silent (%s)',
  async (_name, createTransport) => {
    const transport = createTransport({
      onError: (error) => {
        throw error;
      },
    });
    const heard: Fact[] = [];
    const bus = createInProcessBus((error) => {
      throw error;
    });
    bus.subscribe('heart.started', (fact) => heard.push(fact));
    bus.subscribe('heart.stopped', (fact) => heard.push(fact));
    const sockets = loopbackSockets(transport);
    const ports = createSystemPorts();
    const config = { periodMs: 40, maxMisses: 3 };
    const service = await createHeartmonitorService({ sockets, bus, ports, log: silentLogger, config });
    service.start();

    const pong = transport.open({ kind: 'dealer', identity: 'e1' });
    pong.connect(sockets.endpoint('hb_pong', 'engine'));
    const ping = transport.open({ kind: 'sub' });
    let alive = true;
    ping.onMessages((batch) => {
      if (!alive) return;
      for (const { frames } of batch) pong.send('', frames);
      pong.send('', [encodeText('not what was asked')]);
      pong.send('', [new Uint8Array([0xff, 0xfe])]);
      pong.send('', [encodeText('a'), encodeText('b')]);
    });
    ping.connect(sockets.endpoint('hb_ping', 'engine'));
    onTestFinished(async () => {
      await service.stop();
      await transport.close();
    });

    bus.publish({ type: 'registration.pending', uuid: 'e1' });
    await until(() => heard.length > 0, { what: 'the announcement' });
    bus.publish({ type: 'engine.registered', engine: { id: 0, uuid: 'e1', kernel: 'node' } });
    expect(heard[0]).toEqual({ type: 'heart.started', uuid: 'e1' });
    alive = false;
    await until(() => heard.at(-1)?.type === 'heart.stopped', { what: 'the loss' });
    bus.publish({ type: 'engine.unregistered', engine: { id: 0, uuid: 'e1', kernel: 'node' }, reason: 'lost' });
    expect(service.leftovers()).toEqual([]);
  },
);
