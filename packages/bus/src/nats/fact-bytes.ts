// A fact as bytes: `members length (4) · members as JSON · number of frames (4) · length of each frame (4) · frames`, all
// numbers big-endian. The frames of a message are as they were received; without a message there are 0 of them.
import type { Frames } from '@muster/protocol';
import { decodeText, Message, ProtocolError } from '@muster/protocol';
import type { Fact, FactOf, FactType } from '../facts.ts';
import { factTable, isKeptType } from '../facts.ts';
import type { KeptMark, Members } from '../members.ts';
import { keptMark, readMembers, ShapeError } from '../members.ts';

/** signature, header, parent_header, metadata, content (§3.1). */
const fewestFrames = 5;

export interface FactBytes {
  /** `headroom` bytes that are left to the caller, then the fact. */
  readonly bytes: Buffer;
  /** Of buffers that did not fit. */
  readonly leftOutBytes: number;
}

interface Loose {
  readonly type: FactType;
  readonly message?: Message;
  readonly leftOutBytes?: number;
  readonly kept?: KeptMark;
}

/**
 * At most `maxBytes`: of a larger message the buffers are left out, which its signature does not cover (§3.3). Undefined
 * when that is not enough. Throws ShapeError for what is no fact.
 */
export function writeFact(fact: Fact, maxBytes: number, headroom = 0): FactBytes | undefined {
  const { type, message, leftOutBytes = 0, kept } = fact as Loose;
  const entry: { readonly members: Members; readonly message?: string } = factTable[type];
  if ((message === undefined) !== (entry.message === undefined)) throw new ShapeError(`${type}: message or not`);
  const members = { type, ...readMembers(entry.members, fact, type), ...(kept !== undefined && { kept }) };
  const whole = layOut({ ...members, ...(leftOutBytes > 0 && { leftOutBytes }) }, message?.frames ?? []);
  if (whole.size <= maxBytes) return { bytes: fill(whole, headroom), leftOutBytes: 0 };
  const without = message?.frames.slice(0, fewestFrames) ?? [];
  const missing = message?.buffers.reduce((sum, buffer) => sum + buffer.length, 0) ?? 0;
  const small = layOut({ ...members, leftOutBytes: leftOutBytes + missing }, without);
  return small.size <= maxBytes ? { bytes: fill(small, headroom), leftOutBytes: missing } : undefined;
}

interface Layout {
  readonly json: string;
  readonly jsonBytes: number;
  readonly frames: Frames;
  readonly size: number;
}

function layOut(members: object, frames: Frames): Layout {
  const json = JSON.stringify(members);
  const jsonBytes = Buffer.byteLength(json);
  const size = frames.reduce((sum, frame) => sum + 4 + frame.length, 8 + jsonBytes);
  return { json, jsonBytes, frames, size };
}

function fill({ json, jsonBytes, frames, size }: Layout, headroom: number): Buffer {
  const bytes = Buffer.allocUnsafe(headroom + size);
  let at = bytes.writeUInt32BE(jsonBytes, headroom);
  at += bytes.write(json, at);
  at = bytes.writeUInt32BE(frames.length, at);
  for (const frame of frames) at = bytes.writeUInt32BE(frame.length, at);
  for (const frame of frames) {
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}

/**
 * The fact of that type; its frames are views of `bytes`. Header, parent_header and metadata of a message that is said to
 * be verified can be read. Throws ShapeError or ProtocolError.
 */
export function readFact<T extends FactType>(type: T, bytes: Buffer): FactOf<T> {
  const entry: { readonly members: Members; readonly message?: string } = factTable[type];
  const jsonBytes = lengthAt(bytes, 0);
  const values = unpackMembers(bytes.subarray(4, 4 + within(bytes, 4, jsonBytes)));
  if (values.type !== type) throw new ShapeError(`${type}: the type inside is another`);
  const members = { ...readMembers(entry.members, values, type), ...readMark(type, values.kept) };
  const frames = readFrames(bytes, 4 + jsonBytes);
  if (entry.message === undefined) {
    if (frames.length > 0) throw new ShapeError(`${type}: has frames`);
    return { type, ...members } as FactOf<T>;
  }
  if (frames.length < fewestFrames) throw new ShapeError(`${type}: has too few frames`);
  const message = new Message(frames);
  if (entry.message === 'verified') void [message.header, message.parentHeader, message.metadata];
  const { leftOutBytes } = values;
  if (leftOutBytes === undefined) return { type, ...members, message } as FactOf<T>;
  if (!Number.isSafeInteger(leftOutBytes) || (leftOutBytes as number) < 0)
    throw new ShapeError(`${type}.leftOutBytes is not a whole number`);
  return { type, ...members, message, leftOutBytes } as FactOf<T>;
}

/** Of a fact that no publisher keeps it is left out, as members are that nobody knows. */
const readMark = (type: FactType, value: unknown): { kept?: KeptMark } =>
  value === undefined || !isKeptType(type) ? {} : { kept: keptMark.read(value, `${type}.kept`) };

function unpackMembers(bytes: Buffer): Record<string, unknown> {
  let values: unknown;
  try {
    values = JSON.parse(decodeText(bytes));
  } catch {
    throw new ShapeError('the members are not JSON');
  }
  if (typeof values !== 'object' || values === null) throw new ShapeError('the members are not an object');
  return values as Record<string, unknown>;
}

function lengthAt(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw new ShapeError('the fact is cut off');
  return bytes.readUInt32BE(at);
}

function within(bytes: Buffer, at: number, length: number): number {
  if (at + length > bytes.length) throw new ShapeError('the fact is cut off');
  return length;
}

function readFrames(bytes: Buffer, start: number): Frames {
  const count = lengthAt(bytes, start);
  let at = start + 4 + within(bytes, start + 4, count * 4);
  const frames = new Array<Uint8Array>(count);
  for (let i = 0; i < count; i++) {
    const length = bytes.readUInt32BE(start + 4 + i * 4);
    frames[i] = bytes.subarray(at, at + within(bytes, at, length));
    at += length;
  }
  if (at !== bytes.length) throw new ShapeError('there is something behind the fact');
  return frames;
}

/** True for what `readFact` and `writeFact` throw on purpose. */
export const isRefusal = (error: unknown): error is Error =>
  error instanceof ShapeError || error instanceof ProtocolError;
