import { buildFixedConnections } from '@muster/config';
import { createSystemPorts } from '@muster/machine/node';
import { buildMessage, createHeaderSource, decodeText, findDelimiter, openMessage } from '@muster/protocol';
import { freePorts } from '@muster/testkit';
import { createHmacSigner, createTransport } from '@muster/transport';
import { expect, onTestFinished, test } from 'vitest';
import { createEngineShutdown } from './shutdown.ts';

const key = 'a key of the cluster';

/** The control channel of a relay with engines that answer as they like. */
async function setUp(answer: (uuid: string, msgType: string) => object | undefined, signedWith = key) {
  const onError = (error: Error): never => {
    throw error;
  };
  const transport = createTransport({ onError });
  const basePort = await freePorts(14);
  const { client: connection } = buildFixedConnections({ basePort, address: '127.0.0.1', key, curveServerKeys: null });
  const router = transport.open({ kind: 'router' });
  await router.bind(`tcp://127.0.0.1:${connection.control}`);
  const headers = createHeaderSource('relay');
  router.onMessages((batch) => {
    for (const { peer, frames } of batch) {
      const at = findDelimiter(frames);
      const { header } = openMessage(frames, createHmacSigner(key), undefined, at);
      const content = answer(decodeText(frames[0]!), header.msg_type);
      if (content === undefined) continue;
      const reply = { header: headers.next('shutdown_reply', 0), parentHeader: header, content };
      router.send(peer, buildMessage(createHmacSigner(signedWith), reply).toWire());
    }
  });
  const shutdown = createEngineShutdown({
    connection,
    ports: createSystemPorts(),
    openTransport: async () => createTransport({ onError }),
    timeoutMs: 300,
  });
  onTestFinished(async () => {
    await shutdown.close();
    await transport.close();
  });
  return shutdown;
}

test('engines are asked by their uuid, and say that they will end', async () => {
  const asked: string[] = [];
  const shutdown = await setUp((uuid, msgType) => {
    asked.push(`${msgType} ${uuid}`);
    return { status: 'ok', restart: false };
  });
  await Promise.all([shutdown.shutDown('a-00000-0'), shutdown.shutDown('a-00000-1')]);
  expect(asked.sort()).toEqual(['shutdown_request a-00000-0', 'shutdown_request a-00000-1']);
});

test('an engine that is not there, one that is silent, and an answer that is not signed by ours', async () => {
  const gone = await setUp(() => ({ status: 'error', ename: 'EngineError', evalue: 'no such engine', traceback: [] }));
  await expect(gone.shutDown('x')).rejects.toMatchObject({
    code: 'no_such_engine',
    message: expect.stringContaining('EngineError'),
  });
  const silent = await setUp(() => undefined);
  await expect(silent.shutDown('x')).rejects.toMatchObject({ code: 'timeout' });
  const foreign = await setUp(() => ({ status: 'ok' }), 'another key');
  await expect(foreign.shutDown('x')).rejects.toMatchObject({ code: 'timeout' });
});
