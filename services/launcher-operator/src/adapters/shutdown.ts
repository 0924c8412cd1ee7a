// Asks engines by the wire to end: `shutdown_request` on the control channel of clients (§4.6).

import type { Ports } from '@muster/machine';
import type { ClientConnection, Message } from '@muster/protocol';
import {
  buildMessage,
  channelUrl,
  createHeaderSource,
  encodeText,
  isJsonObject,
  MusterError,
  openMessage,
  ProtocolError,
  unpackJson,
} from '@muster/protocol';
import type { Socket, Transport } from '@muster/transport';
import { createHmacSigner } from '@muster/transport';

export interface EngineShutdown {
  /** Resolves when the engine says that it will. Rejects with MusterError `timeout`, or with what the controller says. */
  shutDown(uuid: string): Promise<void>;
  close(): Promise<void>;
}

export interface EngineShutdownOptions {
  readonly connection: ClientConnection;
  readonly ports: Ports;
  /** Is called when the first engine is to be shut down: most operators never need sockets. */
  readonly openTransport: () => Promise<Transport>;
  /** Default 5000. */
  readonly timeoutMs?: number;
}

export function createEngineShutdown(options: EngineShutdownOptions): EngineShutdown {
  const { connection, ports, openTransport, timeoutMs = 5000 } = options;
  const signer = createHmacSigner(connection.key);
  const headers = createHeaderSource(ports.newId());
  const waiting = new Map<string, (reply: Message) => void>();
  let opened: Promise<{ transport: Transport; socket: Socket }> | undefined;

  async function open(): Promise<{ transport: Transport; socket: Socket }> {
    const transport = await openTransport();
    const serverKey = connection.curve_serverkey;
    const socket = transport.open({
      kind: 'dealer',
      ...(serverKey === null ? {} : { curve: { role: 'client', serverKey } }),
    });
    socket.onMessages((batch) => {
      for (const { frames } of batch) receive(frames);
    });
    socket.connect(channelUrl(connection, connection.control));
    return { transport, socket };
  }
  function receive(frames: readonly Uint8Array[]): void {
    try {
      const reply = openMessage(frames, signer);
      const parent = reply.parentHeader.msg_id;
      if (typeof parent === 'string') waiting.get(parent)?.(reply);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  }
  return {
    async shutDown(uuid) {
      opened ??= open();
      const { socket } = await opened;
      const header = headers.next('shutdown_request', ports.clock.nowUs());
      const message = buildMessage(signer, { header, content: { restart: false } });
      const { promise, resolve, reject } = Promise.withResolvers<Message>();
      const timer = setTimeout(
        () => reject(new MusterError('timeout', `${uuid} did not answer within ${timeoutMs / 1000} s.`)),
        timeoutMs,
      );
      waiting.set(header.msg_id, resolve);
      try {
        socket.send('', [encodeText(uuid), ...message.toWire()]);
        checkReply(await promise);
      } finally {
        clearTimeout(timer);
        waiting.delete(header.msg_id);
      }
    },
    async close() {
      const parts = await opened?.catch(() => undefined);
      await parts?.transport.close();
    },
  };
}

function checkReply(reply: Message): void {
  const content = unpackJson(reply.parts[3], 'content');
  if (!isJsonObject(content) || content.status !== 'error') return;
  throw new MusterError('no_such_engine', `${content.ename}: ${content.evalue}`);
}
