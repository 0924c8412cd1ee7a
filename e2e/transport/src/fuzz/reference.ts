// The same protocol once more, as plainly as it can be said: all bytes at once, no care for speed. What the real parser tells and
// why it ends must be what this one finds.
import type { FuzzLimits } from './limits.ts';

type Found =
  | { readonly kind: 'message'; readonly frames: readonly Buffer[] }
  | { readonly kind: 'command'; readonly name: string; readonly body: Buffer }
  | { readonly kind: 'ready'; readonly socketType: string; readonly identity: string; readonly minorVersion: number }
  | { readonly kind: 'pinged'; readonly ttlMs: number };

export interface Finding {
  readonly found: readonly Found[];
  readonly code: string | undefined;
}

/** Ends a stream for a reason. */
class Refused extends Error {}
const refuse = (code: string): never => {
  throw new Refused(code);
};

const text = (bytes: Buffer): string => bytes.toString('latin1');

function readGreeting(bytes: Buffer): void {
  if (bytes.length > 0 && bytes[0] !== 0xff) refuse('not_zmtp');
  if (bytes.length > 9 && bytes[9]! % 2 === 0) refuse('not_zmtp');
  if (bytes.length > 10 && bytes[10]! < 3) refuse('old_protocol');
  if (bytes.length >= 32 && text(bytes.subarray(12, 32)) !== 'NULL'.padEnd(20, '\0')) refuse('other_mechanism');
}

function readMetadata(body: Buffer, most: number): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  let rest = body;
  while (rest.length > 0) {
    const nameLength = rest[0]!;
    if (rest.length < 1 + nameLength + 4) refuse('bad_metadata');
    const name = text(rest.subarray(1, 1 + nameLength));
    const valueLength = rest.readUInt32BE(1 + nameLength);
    rest = rest.subarray(1 + nameLength + 4);
    if (rest.length < valueLength || !/^[A-Za-z0-9\-_.+]+$/.test(name) || found.has(name.toLowerCase()))
      refuse('bad_metadata');
    if (found.size === most) refuse('bad_metadata');
    found.set(name.toLowerCase(), rest.subarray(0, valueLength));
    rest = rest.subarray(valueLength);
  }
  return found;
}

function readReady(body: Buffer, minorVersion: number, limits: FuzzLimits): Found {
  const metadata = readMetadata(body, limits.metadataProperties);
  const identity = metadata.get('identity') ?? Buffer.alloc(0);
  if (identity.length > 255 || identity[0] === 0) refuse('bad_identity');
  const socketType = text(metadata.get('socket-type') ?? Buffer.alloc(0));
  if (!['DEALER', 'ROUTER', 'REQ'].includes(socketType)) refuse('bad_socket_type');
  return { kind: 'ready', socketType, identity: text(identity), minorVersion };
}

function readCommand(frame: Buffer, minorVersion: number, isReady: boolean, limits: FuzzLimits): Found {
  const nameEnd = 1 + (frame[0] ?? 0);
  if (nameEnd === 1 || nameEnd > frame.length) refuse('bad_command');
  const name = text(frame.subarray(1, nameEnd));
  const body = frame.subarray(nameEnd);
  if (!/^[A-Za-z]+$/.test(name)) refuse('bad_command');
  if (name === 'ERROR') refuse(body.length > 0 && body.length === 1 + body[0]! ? 'refused_us' : 'bad_command');
  if (!isReady) return name === 'READY' ? readReady(body, minorVersion, limits) : refuse('out_of_order');
  if (name !== 'PING') return { kind: 'command', name, body };
  if (body.length < 2 || body.length > 18) refuse('bad_command');
  return { kind: 'pinged', ttlMs: body.readUInt16BE(0) * 100 };
}

function readTraffic(bytes: Buffer, minorVersion: number, limits: FuzzLimits, found: Found[]): void {
  let frames: Buffer[] = [];
  for (let at = 0; ; ) {
    const flags = bytes[at];
    if (flags === undefined) return;
    const headEnd = at + (flags & 2 ? 9 : 2);
    if (headEnd > bytes.length) return;
    const size = flags & 2 ? bytes.readBigUInt64BE(at + 1) : BigInt(bytes[at + 1]!);
    if (flags > 7) refuse('bad_frame');
    if (flags & 4) {
      if (flags & 1) refuse('bad_frame');
      if (size > limits.commandBytes) refuse('command_too_large');
    } else {
      const before = frames.reduce((sum, frame) => sum + frame.length, 0);
      if (size > limits.frameBytes) refuse('frame_too_large');
      if (BigInt(before) + size > limits.messageBytes) refuse('message_too_large');
      if (frames.length === limits.framesPerMessage) refuse('too_many_frames');
    }
    at = headEnd + Number(size);
    if (at > bytes.length) return;
    const body = bytes.subarray(headEnd, at);
    const isReady = found.length > 0;
    if (flags & 4) found.push(readCommand(body, minorVersion, isReady, limits));
    else frames.push(body);
    if (flags === 0 || flags === 2) {
      if (!isReady) refuse('out_of_order');
      found.push({ kind: 'message', frames });
      frames = [];
    }
  }
}

export function find(bytes: Buffer, limits: FuzzLimits): Finding {
  const found: Found[] = [];
  try {
    readGreeting(bytes);
    if (bytes.length > 64) readTraffic(bytes.subarray(64), bytes[10]! > 3 ? 1 : bytes[11]!, limits, found);
  } catch (error) {
    if (error instanceof Refused) return { found, code: error.message };
    throw error;
  }
  return { found, code: undefined };
}
