// Commands: a name with its length, then a body that depends on the name.
import { decodeLatin1 } from '@muster/protocol';
import { Breach } from '../breach.ts';
import { flags, headerBytes, writeHeader } from './frames.ts';

export interface Command {
  /** 1 to 255 letters. Unknown ones are to be ignored. */
  readonly name: string;
  readonly body: Uint8Array;
}

const nameForm = /^[A-Za-z]+$/;
/** A PING carries at most so many bytes that its PONG gives back. */
const largestContext = 16;

/** A whole frame, header included. */
export function encodeCommand(name: string, body: Uint8Array = new Uint8Array(0)): Buffer {
  const size = 1 + name.length + body.length;
  const bytes = Buffer.alloc(headerBytes(size) + size);
  const at = writeHeader(bytes, 0, flags.command, size);
  bytes[at] = name.length;
  bytes.write(name, at + 1, 'latin1');
  bytes.set(body, at + 1 + name.length);
  return bytes;
}

/** Throws Breach `bad_command`. */
export function parseCommand(bytes: Uint8Array): Command {
  const end = 1 + (bytes[0] ?? 0);
  if (end === 1 || end > bytes.length) throw new Breach('bad_command', 'its name is empty or cut off');
  const name = decodeLatin1(bytes.subarray(1, end));
  if (!nameForm.test(name)) throw new Breach('bad_command', 'its name has characters that names have not');
  return { name, body: bytes.subarray(end) };
}

export interface Ping {
  /** The sender may be given up when nothing came from it for so long; 0: never. In ms. */
  readonly ttlMs: number;
  readonly context: Uint8Array;
}

/** Throws Breach `bad_command`. */
export function parsePing(body: Uint8Array): Ping {
  if (body.length < 2 || body.length > 2 + largestContext) throw new Breach('bad_command', 'PING has a wrong length');
  return { ttlMs: (body[0]! * 256 + body[1]!) * 100, context: body.subarray(2) };
}

/** `ttlMs` is rounded up to tenths of a second. */
export function encodePing(ttlMs: number): Buffer {
  const tenths = Math.min(65_535, Math.ceil(ttlMs / 100));
  return encodeCommand('PING', Uint8Array.of(tenths >>> 8, tenths & 255));
}

/** The text of an ERROR, without what a log should not show. Throws Breach `bad_command`. */
export function parseErrorReason(body: Uint8Array): string {
  if (body.length < 1 || body.length !== 1 + body[0]!) throw new Breach('bad_command', 'ERROR has a wrong length');
  const text = decodeLatin1(body.subarray(1));
  return text.replace(/[^ -~]/g, '?');
}

export const encodeError = (reason: string): Buffer =>
  encodeCommand('ERROR', Buffer.concat([Uint8Array.of(reason.length), Buffer.from(reason, 'latin1')]));
