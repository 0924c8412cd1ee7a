// What a NATS message holds: `version (1) · publisher (8) · number of the fact (6) · part (2) · parts (2) · bytes`. A fact
// that is larger than the server takes travels in parts, which one publisher sends one behind the other.
import { ShapeError } from '../members.ts';

export const headerBytes = 19;
const version = 1;
const mostParts = 65_535;

export interface PartHeader {
  /** One character a byte. */
  readonly publisher: string;
  /** Facts of one type are numbered by their publisher, from 1 on. */
  readonly sequence: number;
  readonly part: number;
  readonly parts: number;
}

export function writeHeader(bytes: Buffer, header: PartHeader): void {
  bytes[0] = version;
  bytes.write(header.publisher, 1, 8, 'latin1');
  bytes.writeUIntBE(header.sequence, 9, 6);
  bytes.writeUInt16BE(header.part, 15);
  bytes.writeUInt16BE(header.parts, 17);
}

/** Throws ShapeError. */
export function readHeader(bytes: Buffer): PartHeader {
  if (bytes.length <= headerBytes) throw new ShapeError('the message is cut off');
  if (bytes[0] !== version) throw new ShapeError('the message has another version');
  const part = bytes.readUInt16BE(15);
  const parts = bytes.readUInt16BE(17);
  if (part >= parts) throw new ShapeError('the message is a part behind the last');
  return { publisher: bytes.toString('latin1', 1, 9), sequence: bytes.readUIntBE(9, 6), part, parts };
}

/**
 * The NATS messages that carry a fact, none larger than `maxPayload`. `whole` has headroom for the header, and is used as it
 * is when it fits. Undefined when there would be too many.
 */
export function splitFact(
  whole: Buffer,
  of: Pick<PartHeader, 'publisher' | 'sequence'>,
  maxPayload: number,
): Buffer[] | undefined {
  if (whole.length <= maxPayload) {
    writeHeader(whole, { ...of, part: 0, parts: 1 });
    return [whole];
  }
  const room = maxPayload - headerBytes;
  const parts = room > 0 ? Math.ceil((whole.length - headerBytes) / room) : Number.POSITIVE_INFINITY;
  if (parts > mostParts) return undefined;
  return Array.from({ length: parts }, (_, part) => {
    const from = headerBytes + part * room;
    const bytes = Buffer.allocUnsafe(headerBytes + Math.min(room, whole.length - from));
    writeHeader(bytes, { ...of, part, parts });
    whole.copy(bytes, headerBytes, from, from + room);
    return bytes;
  });
}
