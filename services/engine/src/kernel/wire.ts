// The kernel's sockets: shell and iopub (§2.1).
import { clearTimeout, setTimeout } from 'node:timers';
import type { Clock } from '@muster/machine';
import type { Frames, JsonObject } from '@muster/protocol';
import {
  buildMessage,
  channelUrl,
  createHeaderSource,
  createReplayGuard,
  encodeText,
  findDelimiter,
  openMessage,
  ownBytes,
} from '@muster/protocol';
import type { Received, Socket, SocketOptions, Transport } from '@muster/transport';
import { createHmacSigner } from '@muster/transport';
import type { KernelEffect, Request } from '../core/index.ts';
import { isBalanced } from '../core/index.ts';
import type { KernelSetup } from '../ipc.ts';

export interface Wire {
  /** Connects the broadcast channel: its port depends on the engine's number (§1.2). */
  connectBroadcast(id: number): void;
  reply(effect: Extract<KernelEffect, { type: 'reply.send' }>): void;
  publish(message: Publication): void;
  /** Calls back when all that was sent before has left, or after some time. */
  whenSent(then: () => void): void;
  close(): Promise<void>;
}

export interface Publication extends Omit<Extract<KernelEffect, { type: 'iopub.publish' }>, 'type'> {
  readonly buffers?: Frames;
}

export interface WireOptions {
  readonly transport: Transport;
  readonly setup: KernelSetup;
  readonly clock: Clock;
  /** `oversize`: why the request is refused; it then has no buffers. */
  readonly onRequest: (request: Request, oversize: string | undefined) => void;
  /** A message that cannot be taken. */
  readonly onDropped: (error: unknown) => void;
}

/** A controller that takes nothing for so long does not keep the engine from working. */
const longestSendMs = 10_000;

export function openWire({ transport, setup, clock, onRequest, onDropped }: WireOptions): Wire {
  const { connection, uuid } = setup;
  const signer = createHmacSigner(connection.key);
  const headers = createHeaderSource(uuid);
  const guard = createReplayGuard();
  let topicPrefix = 'engine.';

  const shell = open(transport, setup, 'router', 500);
  shell.connect(channelUrl(connection, connection.mux));
  shell.connect(channelUrl(connection, connection.task));
  const iopub = open(transport, setup, 'pub', 500);
  iopub.connect(channelUrl(connection, connection.iopub));

  function take({ peer, frames }: Received): void {
    const at = findDelimiter(frames);
    const message = openMessage(frames, signer, guard, at);
    const { sizeBytes, header, metadata } = message;
    const oversize =
      sizeBytes > setup.maxMessageBytes
        ? `The message has ${sizeBytes} bytes, this engine takes at most ${setup.maxMessageBytes}.`
        : undefined;
    const request: Request = {
      peer,
      ids: frames.slice(0, at).map((id) => Uint8Array.from(id)),
      header,
      metadata,
      content: oversize === undefined ? message.content : {},
      buffers: oversize === undefined ? message.buffers.map(ownBytes) : [],
      balanced: isBalanced(peer, metadata),
    };
    onRequest(request, oversize);
  }
  shell.onMessages((batch) => {
    for (const received of batch) {
      try {
        take(received);
      } catch (error) {
        onDropped(error);
      }
    }
  });

  const build = (msgType: string, parentHeader: JsonObject, metadata: object, content: object, buffers: Frames) =>
    buildMessage(signer, {
      header: headers.next(msgType, clock.nowUs()),
      parentHeader,
      metadata,
      content,
      buffers,
    }).toWire();
  return {
    connectBroadcast(id) {
      topicPrefix = `engine.${id}.`;
      shell.connect(channelUrl(connection, connection.broadcast[id % connection.broadcast.length]!));
    },
    reply({ request, msgType, metadata, content, buffers }) {
      shell.send(request.peer, [...request.ids, ...build(msgType, request.header, metadata, content, buffers)]);
    },
    publish({ topic, msgType, parent, metadata, content, buffers = [] }) {
      iopub.send('', [encodeText(topicPrefix + topic), ...build(msgType, parent, metadata, content, buffers)]);
    },
    whenSent(then) {
      const timer = setTimeout(go, longestSendMs);
      let isGone = false;
      function go(): void {
        clearTimeout(timer);
        if (!isGone) then();
        isGone = true;
      }
      void Promise.all([shell.drained(), iopub.drained()]).then(go);
    },
    async close() {
      await Promise.all([shell.close(), iopub.close()]);
    },
  };
}

const open = (
  transport: Transport,
  { connection, uuid }: KernelSetup,
  kind: SocketOptions['kind'],
  lingerMs: number,
): Socket =>
  transport.open({
    kind,
    identity: uuid,
    lingerMs,
    // User code may loop: what it has printed is to be seen meanwhile.
    sendsAtOnce: true,
    ...(connection.curve_serverkey === null
      ? {}
      : { curve: { role: 'client', serverKey: connection.curve_serverkey } as const }),
  });
