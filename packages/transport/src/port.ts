// The transport port: what the rest of the house knows of ZeroMQ. It is narrow on purpose, so that another
// implementation (plain ZMTP over node:net) can stand behind it. Every sentence here is a test in contract.ts.
import type { Frames, PeerId } from '@muster/protocol';

export type SocketKind = 'router' | 'dealer' | 'pub' | 'sub';

/** The server's side of CurveZMQ (§3.4): on every socket that binds. Keys are 40 characters Z85. */
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
  /**
   * Announced to peers: 1 to 255 characters, each one byte, the first not 0. Without one, a ROUTER peer makes one up.
   * While a peer is connected, a second with the same identity is not heard by a ROUTER.
   */
  readonly identity?: PeerId;
  /**
   * A ROUTER that binds: of each peer that connects it is told at once, by a message with one empty frame, before the peer
   * has sent anything.
   */
  readonly tellsConnections?: boolean;
  readonly curve?: CurveServer | CurveClient;
  /** A message with a larger frame is refused and its connection closed. Default: no limit. */
  readonly maxFrameBytes?: number;
  /** How long `close` may go on delivering what was sent. Default 500 ms. */
  readonly lingerMs?: number;
  /**
   * Messages leave when they are sent, as far as the network takes them, even if the event loop then stands still: for a
   * process whose code may loop. Without it they may be gathered until the end of the turn.
   */
  readonly sendsAtOnce?: boolean;
}

/** A receiver gets at most so many messages at once. */
export const largestBatch = 256;

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
   * Binds to `tcp://ADDRESS:PORT`; port 0 or `*` takes a free one, address `*` is every address of the machine. (Other
   * forms, as `ipc://PATH`, are a transport's own.) May be
   * called again for another endpoint. Resolves to the endpoint with its real port. Rejects with MusterError
   * `port_in_use`, or `bad_option` when the endpoint is malformed or its address not one of this machine. Peers that are
   * kept out, as their CURVE key does not fit, are told to `onError`, not more often than every 10 s.
   */
  bind(endpoint: string): Promise<string>;
  /**
   * Connects, now or as soon as the peer is there, and again when it was lost; may be called for several endpoints.
   * What a DEALER sends before that waits; what a ROUTER or PUB sends before is dropped, for it knows no peer yet.
   * A peer that breaks the protocol (no ZeroMQ there, other security, a frame above the limit) is not tried again.
   * Throws MusterError `bad_option` when the endpoint is malformed.
   */
  connect(endpoint: string): void;
  /** Ends a connection; what was not delivered by it may be lost. No effect where there is none. */
  disconnect(endpoint: string): void;
  /**
   * Queues a message; messages leave whole and in order. A ROUTER needs `peer` and drops what is for peers it does not
   * know, as ZeroMQ does; for other kinds `peer` is ''. A DEALER with several peers takes them in turn; a PUB sends to
   * all. A message without frames is dropped. Frames must not be changed afterwards. Throws on a SUB.
   */
  send(peer: PeerId, frames: Frames): void;
  /**
   * The one receiver (a second call replaces it); messages wait until it is set. It is never called while `send` or
   * `connect` run, and gets at most 256 messages at once. An exception it throws is told to `onError`, and reading goes
   * on with the next batch. Throws on a PUB.
   */
  onMessages(receive: (batch: readonly Received[]) => void): void;
  /** Sent and not yet taken over by the network layer, as a DEALER's are that has no peer: messages and bytes. */
  readonly queued: { readonly messages: number; readonly bytes: number };
  /**
   * Resolves when all that was sent so far has been taken over, or the socket is closed. Where messages leave only while the
   * event loop turns, they are then with the system, those for peers that are there.
   */
  drained(): Promise<void>;
  /**
   * Delivers what was sent (within linger), then closes, and resolves when endpoints are free again. The receiver is not
   * called any more. Later sends are dropped. May be called twice.
   */
  close(): Promise<void>;
}

export interface Transport {
  /** Throws MusterError `bad_option` when the identity or a CURVE key is malformed. */
  open(options: SocketOptions): Socket;
  /** Closes all sockets that are still open. */
  close(): Promise<void>;
}

/** What a transport tells of things that went wrong outside of a call. */
export type OnTransportError = (error: Error, socket: SocketKind) => void;
