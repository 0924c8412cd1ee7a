import { Deserializer } from 'node:v8';
import type { Frames } from '@muster/protocol';
import { MusterError } from '@muster/protocol';
import { makeError, putDetails } from './errors.ts';
import {
  badValue,
  flagErrors,
  formatVersion,
  headBytes,
  hostError,
  hostFunction,
  hostReference,
  magic,
  maxFrames,
  viewKinds,
} from './format.ts';
import { FunctionSource, Reference } from './reference.ts';
import type { Revive } from './revive.ts';
import { reviveIn } from './revive.ts';

export interface Unpacked {
  readonly value: unknown;
  /** How many frames the value took; the next value begins behind them. */
  readonly used: number;
}

class FrameDeserializer extends Deserializer {
  frames: Frames = [];
  /** How many references and functions it has read. */
  byName = 0;
  readonly errors: Error[] = [];

  // Called by V8 for each host object.
  _readHostObject(): unknown {
    const kind = this.readUint32();
    if (kind === hostError) return this.#readError();
    if (kind === hostReference || kind === hostFunction) return this.#readByName(kind);
    const view = viewKinds[kind];
    if (view === undefined) throw badValue(`unknown kind ${kind} of object`);
    const frame = this.readUint32();
    if (frame === 0) return makeView(kind, copyOf(this.#readBytes()));
    const bytes = this.frames[frame];
    if (bytes === undefined) throw badValue(`frame ${frame} is missing`);
    return makeView(kind, bytes);
  }

  /** Bytes written into the clone. They stay views of it. */
  #readBytes(): Uint8Array {
    return this.readRawBytes(this.readUint32());
  }
  #readError(): Error {
    const error = makeError(this.readUint32());
    if (error === undefined) throw badValue('unknown class of error');
    this.errors.push(error);
    return error;
  }
  #readByName(kind: number): Reference | FunctionSource {
    const text = Buffer.from(this.#readBytes()).toString();
    this.byName++;
    return kind === hostReference ? new Reference(text) : new FunctionSource(text);
  }
}

/** Own memory for small pieces, so that they do not pin the head frame and are aligned. */
const copyOf = (bytes: Uint8Array): Uint8Array => Uint8Array.prototype.slice.call(bytes);

function makeView(kind: number, bytes: Uint8Array): ArrayBufferView {
  const { name, make, unit } = viewKinds[kind]!;
  if (bytes.length % unit !== 0) throw badValue(`${bytes.length} bytes are no ${name}`);
  const { buffer, byteOffset } = bytes.byteOffset % unit === 0 ? bytes : copyOf(bytes);
  if (name === 'Buffer') return Buffer.from(buffer as ArrayBuffer, byteOffset, bytes.length);
  return new make(buffer as ArrayBuffer, byteOffset, bytes.length / unit);
}

/**
 * Reads one value from the start of `frames`. Large views are laid over the frames without a copy (with one where the
 * memory is not aligned for their type); ArrayBuffers are copied unless a frame has its memory for itself.
 * Throws MusterError `python_value` for a Python pickle, `bad_value` for anything else that packValue did not make.
 */
export function unpackValue(frames: Frames, revive?: Revive): Unpacked {
  const head = frames[0];
  if (head === undefined) throw badValue('there are no frames');
  checkHead(head);
  const words = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const arrayBuffers = words.getUint32(8, true);
  const used = words.getUint32(12, true);
  if (used > maxFrames || used < 1 + arrayBuffers) throw badValue('the counts of frames make no sense');
  if (used > frames.length) throw badValue(`it has ${used} frames, ${frames.length} are here`);
  const deserializer = new FrameDeserializer(head.subarray(headBytes));
  deserializer.frames = used === 1 ? [] : frames.slice(0, used);
  const value = readValue(deserializer, arrayBuffers, (head[5]! & flagErrors) !== 0);
  return { value: revive === undefined || deserializer.byName === 0 ? value : reviveIn(value, revive), used };
}

function readValue(deserializer: FrameDeserializer, arrayBuffers: number, withErrors: boolean): unknown {
  try {
    for (let i = 0; i < arrayBuffers; i++) deserializer.transferArrayBuffer(i, ownBuffer(deserializer.frames[i + 1]!));
    deserializer.readHeader();
    const value = deserializer.readValue() as unknown;
    if (withErrors) fillErrors(deserializer);
    return value;
  } catch (cause) {
    if (cause instanceof MusterError) throw cause;
    throw badValue((cause as Error).message);
  }
}

function checkHead(head: Uint8Array): void {
  if (head[0] === 0x80 && head[1]! <= 5)
    throw new MusterError(
      'python_value',
      'this result is a Python pickle: it came from a Python engine, or was made for one',
    );
  if (head.length < headBytes || magic.some((byte, i) => head[i] !== byte)) throw badValue('the magic is missing');
  if (head[4] !== formatVersion)
    throw badValue(`format version ${head[4]}, this side knows ${formatVersion}; update the older of both sides`);
}

function ownBuffer(frame: Uint8Array): ArrayBuffer {
  const whole = frame.byteOffset === 0 && frame.byteLength === frame.buffer.byteLength;
  return (whole ? frame.buffer : copyOf(frame).buffer) as ArrayBuffer;
}

function fillErrors(deserializer: FrameDeserializer): void {
  const details = deserializer.readValue() as unknown;
  if (!Array.isArray(details) || details.length !== deserializer.errors.length) throw badValue('error details');
  deserializer.errors.forEach((error, i) => {
    const own = details[i] as unknown;
    if (typeof own !== 'object' || own === null) throw badValue('error details');
    putDetails(error, own);
  });
}
