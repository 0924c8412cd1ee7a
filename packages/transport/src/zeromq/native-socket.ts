// The only file that knows the `zeromq` package: it makes its sockets with the options that the port promises. The package is
// loaded with the first socket: most processes open none of this kind, and it is a native library with threads of its own.
import { createRequire } from 'node:module';
import { MusterError } from '@muster/protocol';
import { checkCurve, generateCurvePair } from '../curve-keys.ts';
import { identityBytes } from '../endpoint.ts';
import type { SocketOptions } from '../port.ts';

interface NativeEvent {
  readonly type: string;
  /** Our end of the connection. */
  readonly address?: string;
  readonly error?: { readonly code?: string };
}

/** What we use of zeromq's sockets. Which of them can send or receive depends on the kind. */
export interface NativeSocket {
  ipv6: boolean;
  readonly closed: boolean;
  readonly lastEndpoint: string | null;
  /** A message can be received at once. */
  readonly readable: boolean;
  /** A message can be sent at once. */
  readonly writable: boolean;
  /** What happens to the socket, to its very end. */
  readonly events: { receive(): Promise<NativeEvent | undefined> };
  bindSync(endpoint: string): void;
  connect(endpoint: string): void;
  disconnect(endpoint: string): void;
  send(frames: readonly Uint8Array[]): Promise<void>;
  receive(): Promise<Buffer[]>;
  close(): void;
}

export const defaultLingerMs = 500;
/** Number of the socket option for the identity (ZMQ_ROUTING_ID); the package names it on some kinds only. */
const routingIdOption = 5;
/** ZMQ_ROUTER_NOTIFY, of the draft API that the package is built with, and ZMQ_NOTIFY_CONNECT. */
const notifyOption = { number: 97, connect: 1 };

interface SettableSocket {
  setStringOption(option: number, value: Buffer): void;
  setInt32Option(option: number, value: number): void;
}

function curveOptions(curve: SocketOptions['curve']): object {
  if (curve === undefined) return {};
  checkCurve(curve);
  if (curve.role === 'server') return { curveServer: true, curveSecretKey: curve.secretKey };
  const own = generateCurvePair();
  return { curveServerKey: curve.serverKey, curvePublicKey: own.publicKey, curveSecretKey: own.secretKey };
}

const require = createRequire(import.meta.url);

function load(): typeof import('zeromq') {
  try {
    return require('zeromq') as typeof import('zeromq');
  } catch (error) {
    throw new MusterError(
      'bad_option',
      `The native ZeroMQ library cannot be loaded: ${(error as Error).message.split('\n')[0]}`,
      'It is needed for CurveZMQ and for the transport zeromq only: do without them, or install the package zeromq for this platform.',
    );
  }
}

/** Opens a socket without high-water marks (§12). Throws MusterError `bad_option`. */
export function openNativeSocket(options: SocketOptions): NativeSocket {
  const { Dealer, Publisher, Router, Subscriber } = load();
  const both = {
    linger: options.lingerMs ?? defaultLingerMs,
    ...(options.maxFrameBytes === undefined ? {} : { maxMessageSize: options.maxFrameBytes }),
    ...curveOptions(options.curve),
  };
  const identity = options.identity === undefined ? undefined : identityBytes(options.identity);
  // With a time-out of 0 a send is made at once, never pends and so never meets EBUSY.
  const sends = { sendHighWaterMark: 0, sendTimeout: 0 };
  const receives = { receiveHighWaterMark: 0 };
  const make = {
    router: () => new Router({ ...both, ...sends, ...receives }),
    dealer: () => new Dealer({ ...both, ...sends, ...receives }),
    pub: () => new Publisher({ ...both, ...sends }),
    sub: () => new Subscriber({ ...both, ...receives }),
  };
  const socket = make[options.kind]();
  if (socket instanceof Subscriber) socket.subscribe('');
  const settable = socket as unknown as SettableSocket;
  if (identity !== undefined) settable.setStringOption(routingIdOption, identity);
  if (options.tellsConnections) settable.setInt32Option(notifyOption.number, notifyOption.connect);
  return socket as unknown as NativeSocket;
}
