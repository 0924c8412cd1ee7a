// The transport port: what the rest of the house knows of ZeroMQ. It is narrow on purpose, so that another
// implementation (plain ZMTP over node:net) can stand behind it.
import type { Frames, PeerId } from '@muster/protocol';

export type SocketKind = 'router' | 'dealer' | 'pub' | 'sub';

/** The server's side of CurveZMQ: on every socket that binds. Keys are 40 characters Z85. */
export interface CurveServer {
  readonly role: 'server';
  readonly publicKey: string;
  readonly secretKey: string;
}
/** The client's side: on every socket that connects; its own pair is made up when the socket is opened. */
export interface CurveClient {
  readonly role: 'client';
  readonly serverKey: string;
}

export interface SocketOptions {
  readonly kind: SocketKind;
  /** Announced to peers (1 to 255 bytes, not starting with 0). Without one, a ROUTER peer makes one up. */
  readonly identity?: string;
  readonly curve?: CurveServer | CurveClient;
  /** A message with a larger frame is refused and its connection closed. Default: no limit. */
  readonly maxFrameBytes?: number;
  /** How long `close` may go on delivering what was sent. Default 500 ms. */
  readonly lingerMs?: number;
}

/** One message as it came in. */
export interface Received {
  /** Who sent it, where the socket is a ROUTER; else ''. */
  readonly peer: PeerId;
  /**
   * The frames behind the identity. They may be decoded when first read, and they may be views of a larger receive
   * block: copy what you keep for longer than you handle the message.
   */
  readonly frames: Frames;
}

/**
 * A socket without high-water marks: it never drops a message for a peer that is there, and `send` never blocks.
 */
export interface Socket {
  readonly kind: SocketKind;
  /**
   * Binds to `tcp://ADDRESS:PORT`; port 0 or `*` takes a free one. Resolves to the endpoint with its real port.
   * Rejects with MusterError `port_in_use`.
   */
  bind(endpoint: string): Promise<string>;
  /** Connects, now or as soon as the peer is there, and again when it was lost. */
  connect(endpoint: string): void;
  disconnect(endpoint: string): void;
  /**
   * Queues a message; messages leave whole and in order. A ROUTER needs `peer` and drops what is for peers it does not
   * know, as ZeroMQ does; for other kinds `peer` is ''. Frames must not be changed afterwards.
   */
  send(peer: PeerId, frames: Frames): void;
  /** The one receiver; messages wait until it is set. An exception it throws is told to `onError`, and reading goes on. */
  onMessages(receive: (batch: readonly Received[]) => void): void;
  /** Sent and not yet taken over by the network layer: messages and bytes. */
  readonly queued: { readonly messages: number; readonly bytes: number };
  /** Resolves when all that was sent so far has been taken over. */
  drained(): Promise<void>;
  /** Delivers what was sent (within linger), then closes. Later sends are dropped. */
  close(): Promise<void>;
}

export interface Transport {
  open(options: SocketOptions): Socket;
  /** Closes all sockets that are still open. */
  close(): Promise<void>;
}

/** What a transport tells of things that went wrong outside of a call. */
export type OnTransportError = (error: Error, socket: SocketKind) => void;
