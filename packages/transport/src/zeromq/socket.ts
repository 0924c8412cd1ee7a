// One socket of the port over one of the `zeromq` package.

import type { OnTransportError, Received, Socket, SocketOptions } from '../port.ts';
import { bindNative, connectNative, disconnectNative } from './native-endpoints.ts';
import { defaultLingerMs, openNativeSocket } from './native-socket.ts';
import { receiveBatches } from './receive-batches.ts';
import { createSender } from './sender.ts';
import { watchHandshakes } from './watch-handshakes.ts';

export interface ZeromqSocketOptions extends SocketOptions {
  readonly onError: OnTransportError;
  readonly onClosed: (socket: Socket) => void;
}

export function openZeromqSocket(options: ZeromqSocketOptions): Socket {
  const { kind, lingerMs = defaultLingerMs } = options;
  const native = openNativeSocket(options);
  const onError = (error: unknown): void =>
    options.onError(error instanceof Error ? error : new Error(String(error)), kind);
  const sender = createSender(native, kind, onError);
  let receive: ((batch: readonly Received[]) => void) | undefined;
  let watching: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  function watch(): Promise<void> {
    watching ??= watchHandshakes(native, onError).catch(onError);
    return watching;
  }
  async function close(): Promise<void> {
    await sender.stop(lingerMs);
    // Watched from now on if not before: the last event says that libzmq has let go of connections and ports.
    const ended = watch();
    native.close();
    await ended;
    options.onClosed(socket);
  }
  const socket: Socket = {
    kind,
    async bind(endpoint) {
      if (closed !== undefined) throw new Error('The socket is closed.');
      const bound = bindNative(native, endpoint);
      watch();
      return bound;
    },
    connect(endpoint) {
      if (closed !== undefined) return;
      connectNative(native, endpoint);
      sender.flush();
    },
    disconnect(endpoint) {
      if (closed === undefined) disconnectNative(native, endpoint);
    },
    send: sender.send,
    onMessages(receiver) {
      if (kind === 'pub') throw new Error('A PUB socket receives nothing.');
      const first = receive === undefined;
      receive = receiver;
      const deliver = (batch: readonly Received[]): void => {
        if (closed === undefined) receive?.(batch);
      };
      if (first && closed === undefined) void receiveBatches(native, kind, deliver, onError);
    },
    get queued() {
      return sender.queued();
    },
    drained: () => sender.drained(),
    close() {
      closed ??= close();
      return closed;
    },
  };
  return socket;
}
