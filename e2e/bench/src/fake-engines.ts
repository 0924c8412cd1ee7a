// fake-engines.ts ENGINE_FILE N: engines that register, answer heartbeats and reply to every request at once, without running
// anything; so that what is measured is the controller. They print `ready` when all are registered, and end by SIGTERM.
import { readEngineConnection } from '@muster/config';
import { createSystemClock, newId } from '@muster/machine/node';
import type { EngineConnection, Signer } from '@muster/protocol';
import { buildMessage, channelUrl, createHeaderSource, readMessage } from '@muster/protocol';
import type { Socket, SocketKind, Transport } from '@muster/transport';
import { createHmacSigner, createTransport } from '@muster/transport';

const [file, count] = process.argv.slice(2);
const connection = await readEngineConnection(file!);
const signer = createHmacSigner(connection.key);
const clock = createSystemClock();
const transport: Transport = createTransport({ onError: (error) => console.error(error) });
process.once('SIGTERM', () => process.exit(0));
await Promise.all(Array.from({ length: Number(count) }, () => startEngine(connection, signer)));
console.log('ready');

function connected(kind: SocketKind, port: number, identity?: string): Socket {
  const socket = transport.open({ kind, ...(identity === undefined ? {} : { identity }) });
  socket.connect(channelUrl(connection, port));
  return socket;
}

/** Resolves when the registration was answered. */
async function startEngine({ registration, task, hb_ping, hb_pong }: EngineConnection, key: Signer): Promise<void> {
  const uuid = newId();
  const headers = createHeaderSource(uuid);
  const shell = connected('dealer', task, uuid);
  shell.onMessages((batch) => {
    for (const { frames } of batch) {
      const [client, ...rest] = frames;
      const request = readMessage(rest, 0);
      const now = clock.nowUs();
      const header = headers.next('apply_reply', now);
      const metadata = { engine: uuid, status: 'ok', dependencies_met: true, started: header.date };
      const content = { status: 'ok' };
      const reply = { header, parentHeader: request.header, metadata, content, buffers: [new Uint8Array(4)] };
      shell.send('', [client!, ...buildMessage(key, reply).toWire()]);
    }
  });
  const pong = connected('dealer', hb_pong, uuid);
  const ping = connected('sub', hb_ping);
  ping.onMessages((batch) => {
    for (const { frames } of batch) pong.send('', frames);
  });
  const query = connected('dealer', registration, uuid);
  const answered = new Promise<void>((done) => query.onMessages(() => done()));
  const request = { header: headers.next('registration_request', clock.nowUs()), content: { uuid } };
  query.send('', buildMessage(key, request).toWire());
  await answered;
}
