// The server's side of WebSocket, for tests.

export function serverFrame(opcode: number, payload: Uint8Array, isFinal = true): Buffer {
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = (isFinal ? 0x80 : 0) | opcode;
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

export interface ClientFrame {
  readonly opcode: number;
  readonly payload: Buffer;
  /** Bytes of the whole frame. */
  readonly size: number;
}

/** The whole frames at the beginning of the bytes. Throws when one is not masked. */
export function readClientFrames(bytes: Buffer): ClientFrame[] {
  const frames: ClientFrame[] = [];
  for (let rest = bytes; ; rest = rest.subarray(frames.at(-1)!.size)) {
    const frame = readOne(rest);
    if (frame === undefined) return frames;
    frames.push(frame);
  }
}

function readOne(bytes: Buffer): ClientFrame | undefined {
  if (bytes.length < 2) return undefined;
  if ((bytes[1]! & 0x80) === 0) throw new Error('a frame of a client is not masked');
  const short = bytes[1]! & 0x7f;
  const at = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < at + 4) return undefined;
  const length = at === 2 ? short : at === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const size = at + 4 + length;
  if (bytes.length < size) return undefined;
  const payload = Buffer.from(bytes.subarray(at + 4, size)).map((byte, i) => byte ^ bytes[at + (i & 3)]!);
  return { opcode: bytes[0]! & 0x0f, payload: Buffer.from(payload), size };
}
