// ZMTP 3 as bytes, written anew for tests from RFC 23 and RFC 37: right ones, and wrong ones where a test asks for it.

export interface GreetingParts {
  readonly signature?: Uint8Array;
  readonly major?: number;
  readonly minor?: number;
  readonly mechanism?: string;
  readonly asServer?: number;
}

/** 64 bytes; by default those of a libzmq peer without security. */
export function greeting(parts: GreetingParts = {}): Buffer {
  const { signature, major = 3, minor = 1, mechanism = 'NULL', asServer = 0 } = parts;
  const bytes = Buffer.alloc(64);
  bytes.set(signature ?? [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f]);
  bytes.set([major, minor], 10);
  bytes.write(mechanism.slice(0, 20), 12, 'latin1');
  bytes[32] = asServer;
  return bytes;
}

export interface FrameParts {
  readonly more?: boolean;
  readonly command?: boolean;
  /** Eight bytes of length though one would do. */
  readonly long?: boolean;
  /** Other bits of the flags. */
  readonly reserved?: number;
  /** The length that is claimed; default that of the body. */
  readonly claimed?: number | bigint;
}

/** Flags and length. */
export function header(length: number, parts: FrameParts = {}): Buffer {
  const size = parts.claimed ?? length;
  const isLong = parts.long || size > 255;
  const flags = (parts.more ? 1 : 0) | (isLong ? 2 : 0) | (parts.command ? 4 : 0) | (parts.reserved ?? 0);
  const head = Buffer.alloc(isLong ? 9 : 2);
  head[0] = flags;
  if (isLong) head.writeBigUInt64BE(BigInt(size), 1);
  else head[1] = Number(size);
  return head;
}

export function frame(body: Uint8Array | string, parts: FrameParts = {}): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
  return Buffer.concat([header(bytes.length, parts), bytes]);
}

/** A message of these frames. */
export const message = (...frames: readonly (Uint8Array | string)[]): Buffer =>
  Buffer.concat(frames.map((body, i) => frame(body, { more: i < frames.length - 1 })));

export const command = (name: string, body: Uint8Array | string = '', parts: FrameParts = {}): Buffer =>
  frame(Buffer.concat([Buffer.of(name.length), Buffer.from(name, 'latin1'), Buffer.from(body as string, 'latin1')]), {
    command: true,
    ...parts,
  });

/** A property of READY. */
export function property(name: string, value: Uint8Array | string, claimed?: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(claimed ?? value.length);
  const bytes = Buffer.from(value as string, 'latin1');
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name, 'latin1'), size, bytes]);
}

export const ready = (kind = 'DEALER', ...more: readonly Buffer[]): Buffer =>
  command('READY', Buffer.concat([property('Socket-Type', kind), ...more]));

export const identity = (value: Uint8Array | string): Buffer => property('Identity', value);

/** All that a good peer says before its first message. */
export const hello = (kind = 'DEALER', ...more: readonly Buffer[]): Buffer =>
  Buffer.concat([greeting(), ready(kind, ...more)]);
