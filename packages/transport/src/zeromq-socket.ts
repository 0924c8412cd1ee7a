// One socket of the port over one of the `zeromq` package.
import type { Frames, PeerId } from '@muster/protocol';
import { fromPeerId, MusterError } from '@muster/protocol';
import { formatEndpoint, parseBinding, parseConnection } from './endpoint.ts';
import type { NativeSocket } from './native-socket.ts';
import { defaultLingerMs, openNativeSocket } from './native-socket.ts';
import type { OnTransportError, Received, Socket, SocketOptions } from './port.ts';
import { receiveBatches } from './receive-batches.ts';
import { createSendQueue } from './send-queue.ts';

/** How often a DEALER without a peer looks whether it has one: libzmq tells nobody. */
const retryMs = 10;

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
  let closed: Promise<void> | undefined;

  async function close(): Promise<void> {
    await sender.stop(lingerMs);
    await closeNative(native);
    options.onClosed(socket);
  }
  const socket: Socket = {
    kind,
    async bind(endpoint) {
      if (closed !== undefined) throw new Error('The socket is closed.');
      return bindNative(native, endpoint);
    },
    connect(endpoint) {
      if (closed !== undefined) return;
      const place = parseConnection(endpoint);
      if (place.host.startsWith('[')) native.ipv6 = true;
      native.connect(formatEndpoint(place));
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

interface Sender {
  send(peer: PeerId, frames: Frames): void;
  flush(): void;
  drained(): Promise<void>;
  queued(): Socket['queued'];
  /** Takes nothing more and waits up to `lingerMs` for what is queued. */
  stop(lingerMs: number): Promise<void>;
}

/**
 * Hands messages to libzmq at once, which keeps them in its own unlimited queue of each peer. Only a DEALER can be without
 * a peer to keep them for; then they wait here, and all that follows behind them.
 */
function createSender(native: NativeSocket, kind: Socket['kind'], onError: (error: unknown) => void): Sender {
  const waiting = createSendQueue();
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;

  const handOver = (frames: Frames): void => {
    native.send(frames).catch(onError);
  };
  const take = (frames: Frames): boolean => {
    if (!native.writable) return false;
    handOver(frames);
    return true;
  };
  function flush(): void {
    waiting.flush(take);
    if (waiting.messages > 0) {
      retry ??= setInterval(flush, retryMs);
    } else {
      clearInterval(retry);
      retry = undefined;
    }
  }
  function sendAsDealer(frames: Frames): void {
    if (waiting.messages === 0 && take(frames)) return;
    waiting.push(frames);
    retry ??= setInterval(flush, retryMs);
  }
  return {
    send(peer, frames) {
      if (kind === 'sub') throw new Error('A SUB socket sends nothing.');
      if (stopped || frames.length === 0) return;
      if (kind === 'router') handOver([fromPeerId(peer), ...frames]);
      else if (kind === 'pub') handOver(frames);
      else sendAsDealer(frames);
    },
    flush,
    drained: waiting.drained,
    queued: () => ({ messages: waiting.messages, bytes: waiting.bytes }),
    async stop(lingerMs) {
      stopped = true;
      const ended = setTimeout(() => waiting.clear(), lingerMs);
      await waiting.drained();
      clearTimeout(ended);
      clearInterval(retry);
    },
  };
}

function bindNative(native: NativeSocket, endpoint: string): string {
  const place = parseBinding(endpoint);
  if (place.host.startsWith('[')) native.ipv6 = true;
  try {
    // The synchronous form: while the other one runs, the socket refuses to send.
    native.bindSync(formatEndpoint(place));
  } catch (error) {
    throw bindError(error, endpoint);
  }
  return native.lastEndpoint ?? endpoint;
}

function bindError(error: unknown, endpoint: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new MusterError('port_in_use', `${endpoint}: this port is taken`);
  if (code === 'ENODEV' || code === 'EADDRNOTAVAIL')
    return new MusterError(
      'bad_option',
      `${endpoint}: this machine has no such address`,
      'Bind an address of this machine, or * for all.',
    );
  if (code === 'EACCES')
    return new MusterError(
      'bad_option',
      `${endpoint}: this port is reserved for the system`,
      'Use a port above 1023, or 0 for a free one.',
    );
  return error;
}

function disconnectNative(native: NativeSocket, endpoint: string): void {
  try {
    native.disconnect(formatEndpoint(parseConnection(endpoint)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Closes and waits until libzmq has let go of connections and ports, which it does in its own threads (§12). */
async function closeNative(native: NativeSocket): Promise<void> {
  const { events } = native;
  native.close();
  let event = await events.receive();
  while (event !== undefined && event.type !== 'end') event = await events.receive();
}
