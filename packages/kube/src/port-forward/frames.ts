// Frames of WebSocket (RFC 6455), as far as forwarded ports need them: binary messages there and back, pings, the end.
import { randomFillSync } from 'node:crypto';

const binary = 0x2;
const close = 0x8;
const ping = 0x9;
const pong = 0xa;
/** A control frame has no more. */
const longestControl = 125;

const mask = Buffer.alloc(4);

/** A whole frame from a client: those are masked. `prefix` is a byte before the payload. */
function frame(opcode: number, payload: Uint8Array, prefix?: number): Buffer {
  const length = payload.length + (prefix === undefined ? 0 : 1);
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const header = 2 + extra + 4;
  const bytes = Buffer.allocUnsafe(header + length);
  bytes[0] = 0x80 | opcode;
  bytes[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) bytes.writeUInt16BE(length, 2);
  if (extra === 8) bytes.writeBigUInt64BE(BigInt(length), 2);
  randomFillSync(mask).copy(bytes, header - 4);
  let at = header;
  if (prefix !== undefined) bytes[at++] = prefix;
  bytes.set(payload, at);
  for (let i = 0; i < length; i++) bytes[header + i]! ^= mask[i & 3]!;
  return bytes;
}

/** A binary message that begins with the number of its channel. */
export const channelFrame = (channel: number, payload: Uint8Array): Buffer => frame(binary, payload, channel);
export const closeFrame = (): Buffer => frame(close, Buffer.from([0x03, 0xe8]));
export const pongFrame = (payload: Uint8Array): Buffer => frame(pong, payload);

export interface FrameSink {
  /** A piece of a message; `isFirst` for the first one. Pieces come as they arrive. */
  onPiece(piece: Buffer, isFirst: boolean): void;
  onPing(payload: Buffer): void;
  onClose(): void;
  /** Not what a server may send; nothing more is read. */
  onFault(reason: string): void;
}

interface Header {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly length: number;
  readonly size: number;
}

/** Undefined while it is not complete; a text says what is wrong with it. */
function readHeader(bytes: Buffer): Header | string | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes[0]!, bytes[1]!];
  if ((second & 0x80) !== 0) return 'a frame of a server is masked';
  if ((first & 0x70) !== 0) return 'a frame uses an extension';
  const short = second & 0x7f;
  const size = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < size) return undefined;
  const length = size === 2 ? short : size === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const header = { opcode: first & 0x0f, isFinal: (first & 0x80) !== 0, length, size };
  if (header.opcode >= close && (length > longestControl || !header.isFinal)) return 'a control frame is too long';
  if (!Number.isSafeInteger(length)) return 'a frame is too long';
  return header;
}

/** Takes bytes as they come from the server. Holds at most one incomplete header or control frame. */
export function createFrameReader(sink: FrameSink): (bytes: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  /** Of the payload of a data frame that is under way. */
  let left = 0;
  /** The next data frame begins a message. */
  let isFresh = true;
  let isFirstPiece = false;
  let isOver = false;

  function takePayload(bytes: Buffer): Buffer {
    const piece = bytes.subarray(0, left);
    left -= piece.length;
    sink.onPiece(piece, isFirstPiece);
    isFirstPiece = false;
    return bytes.subarray(piece.length);
  }
  function fault(reason: string): Buffer {
    isOver = true;
    sink.onFault(reason);
    return Buffer.alloc(0);
  }
  /** Gives what is left, or undefined when more has to come first. */
  function takeFrame(bytes: Buffer): Buffer | undefined {
    const header = readHeader(bytes);
    if (header === undefined) return undefined;
    if (typeof header === 'string') return fault(header);
    const { opcode, isFinal, length, size } = header;
    if (opcode < close) {
      if ((opcode === 0) === isFresh || opcode > binary) return fault(`a frame with opcode ${opcode} is out of place`);
      if (isFresh) isFirstPiece = true;
      isFresh = isFinal;
      left = length;
      return bytes.subarray(size);
    }
    if (bytes.length < size + length) return undefined;
    const payload = Buffer.from(bytes.subarray(size, size + length));
    if (opcode === ping) sink.onPing(payload);
    else if (opcode === close) {
      isOver = true;
      sink.onClose();
    }
    return bytes.subarray(size + length);
  }
  return (bytes) => {
    let rest = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    held = Buffer.alloc(0);
    while (rest.length > 0 && !isOver) {
      if (left > 0) {
        rest = takePayload(rest);
        continue;
      }
      const after = takeFrame(rest);
      if (after === undefined) {
        held = Buffer.from(rest);
        return;
      }
      rest = after;
    }
  };
}
