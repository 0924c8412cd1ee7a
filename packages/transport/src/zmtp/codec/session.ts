// One side of a connection, without IO: greeting, handshake of the NULL mechanism, then messages and commands.
import type { PeerId } from '@muster/protocol';
import { toPeerId } from '@muster/protocol';
import { Breach } from '../breach.ts';
import type { ZmtpLimits } from '../limits.ts';
import type { Command } from './commands.ts';
import { encodeCommand, encodeError, parseCommand, parseErrorReason, parsePing } from './commands.ts';
import type { Decoder } from './decoder.ts';
import { createDecoder } from './decoder.ts';
import { checkGreeting, encodeGreeting, greetingBytes, minorVersionOf, versionedBytes } from './greeting.ts';
import { encodeMetadata, parseMetadata } from './metadata.ts';

/** What a side says of itself, and whom it takes. */
export interface Hello {
  readonly socketType: string;
  /** Empty: none. */
  readonly identity: PeerId;
  readonly partners: readonly string[];
}

/** What the peer has said of itself. */
export interface PeerHello {
  readonly socketType: string;
  /** '' when it announced none. */
  readonly identity: PeerId;
  /** Of ZMTP 3: from 1 on, subscriptions are commands. */
  readonly minorVersion: number;
}

export interface SessionSink {
  /** To be written before anything else. */
  send(bytes: Uint8Array): void;
  /** The handshake has ended well. */
  ready(peer: PeerHello): void;
  message(frames: Buffer[]): void;
  /** But for PING, which is answered already; of those only the time is told after which silence means death, 0: never. */
  command(command: Command): void;
  pinged(ttlMs: number): void;
}

export interface Session extends Pick<Decoder, 'room' | 'filled' | 'unfinishedBytes'> {
  /** Sends the beginning of the greeting. */
  start(): void;
  /** Takes bytes that came in, in any cut. Throws Breach: then the connection must be ended. */
  push(chunk: Buffer): void;
}

export function createSession(hello: Hello, limits: ZmtpLimits, sink: SessionSink): Session {
  const greeting = Buffer.alloc(greetingBytes);
  const ownGreeting = encodeGreeting();
  let greetingLength = 0;
  let peer: PeerHello | undefined;

  const decoder = createDecoder(limits, {
    message(frames) {
      if (peer === undefined) throw new Breach('out_of_order', 'a message before READY');
      sink.message(frames);
    },
    command(body) {
      const command = parseCommand(body);
      if (command.name === 'ERROR') throw new Breach('refused_us', parseErrorReason(command.body));
      if (peer === undefined) handshake(command);
      else if (command.name === 'PING') pong(command.body);
      else sink.command(command);
    },
  });
  function handshake({ name, body }: Command): void {
    if (name !== 'READY') throw new Breach('out_of_order', `${name.slice(0, 20)} before READY`);
    const told = readHello(body, limits, minorVersionOf(greeting));
    if (!hello.partners.includes(told.socketType)) {
      sink.send(encodeError(`${hello.socketType} does not speak with this kind of socket`));
      throw new Breach('bad_socket_type', `${told.socketType}, and this one is ${hello.socketType}`);
    }
    peer = told;
    sink.ready(told);
  }
  function pong(body: Uint8Array): void {
    const { ttlMs, context } = parsePing(body);
    sink.send(encodeCommand('PONG', context));
    sink.pinged(ttlMs);
  }
  /** Gives the place behind what of the chunk belongs to the greeting. */
  function greet(chunk: Buffer): number {
    const count = chunk.copy(greeting, greetingLength);
    const isNewlyVersioned = greetingLength < versionedBytes && greetingLength + count >= versionedBytes;
    greetingLength += count;
    checkGreeting(greeting, Math.min(greetingLength, versionedBytes));
    if (isNewlyVersioned) sink.send(ownGreeting.subarray(versionedBytes));
    checkGreeting(greeting, greetingLength);
    if (greetingLength === greetingBytes) sink.send(encodeCommand('READY', properties(hello)));
    return count;
  }
  return {
    start: () => sink.send(ownGreeting.subarray(0, versionedBytes)),
    push(chunk) {
      if (greetingLength === greetingBytes) return decoder.push(chunk);
      const count = greet(chunk);
      if (count < chunk.length) decoder.push(chunk.subarray(count));
    },
    room: decoder.room,
    filled: decoder.filled,
    unfinishedBytes: decoder.unfinishedBytes,
  };
}

/** As libzmq, those who are told apart by identities announce one, be it empty. */
function properties({ socketType, identity }: Hello): Uint8Array {
  const own: [string, Uint8Array][] = [['Socket-Type', Buffer.from(socketType, 'latin1')]];
  if (socketType === 'ROUTER' || socketType === 'DEALER') own.push(['Identity', Buffer.from(identity, 'latin1')]);
  return encodeMetadata(own);
}

const knownTypes = new Set(['REQ', 'REP', 'DEALER', 'ROUTER', 'PUB', 'SUB', 'XPUB', 'XSUB', 'PUSH', 'PULL', 'PAIR']);
const longestIdentity = 255;

function readHello(body: Uint8Array, limits: ZmtpLimits, minorVersion: number): PeerHello {
  const metadata = parseMetadata(body, limits.metadataProperties);
  const type = metadata.get('socket-type');
  const socketType = type === undefined ? 'a socket without a type' : toPeerId(type.subarray(0, 20));
  const identity = metadata.get('identity') ?? new Uint8Array(0);
  if (identity.length > longestIdentity) throw new Breach('bad_identity', `of ${identity.length} bytes`);
  if (identity[0] === 0) throw new Breach('bad_identity', 'it begins with 0, as only made up ones do');
  return {
    socketType: type === undefined || knownTypes.has(socketType) ? socketType : 'an unknown type',
    identity: toPeerId(identity),
    minorVersion,
  };
}
