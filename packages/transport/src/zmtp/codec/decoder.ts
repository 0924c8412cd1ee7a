// The incremental parser of a connection's traffic: bytes in any cut → whole messages and commands. It does no IO.
import { Breach } from '../breach.ts';
import { frameCost } from '../limits.ts';
import { flags, readLongSize, reservedFlags } from './frames.ts';
import type { GrowingFrame } from './growing-frame.ts';
import { createGrowingFrame } from './growing-frame.ts';

export interface DecoderLimits {
  readonly frameBytes: number;
  readonly messageBytes: number;
  readonly framesPerMessage: number;
  readonly commandBytes: number;
}

export interface DecoderSink {
  /** A whole message. */
  message(frames: Buffer[]): void;
  /** The body of a command frame. Commands may come between the frames of a message. */
  command(body: Buffer): void;
}

export interface Decoder {
  /**
   * Takes bytes that came in, and calls the sink for what they complete. Small frames are views of the chunk, which
   * therefore must not be written to afterwards. Throws Breach; what comes behind it means nothing.
   */
  push(chunk: Buffer): void;
  /** Where the next bytes should be read to, while a large frame is on its way: `filled` then takes the place of `push`. */
  room(): Buffer | undefined;
  filled(count: number): void;
  /** What has come of the message that is not whole, in memory. */
  unfinishedBytes(): number;
}

/** A frame of which at least so much is missing is read straight into its own memory. */
const straightFrom = 65_536;

export function createDecoder(limits: DecoderLimits, sink: DecoderSink): Decoder {
  /** Of the message that is not whole. */
  let frames: Buffer[] = [];
  let messageBytes = 0;
  /** So many of its frames, with so many bytes, are no views of a chunk. */
  let owned = 0;
  let ownedBytes = 0;
  /** A header that was cut. */
  const header = Buffer.alloc(9);
  let headerLength = 0;
  /** A frame that was cut. */
  let growing: GrowingFrame | undefined;
  let growingKind = 0;

  function check(kind: number, size: number): void {
    if ((kind & reservedFlags) !== 0) throw new Breach('bad_frame', `flags ${kind.toString(16)}`);
    if ((kind & flags.command) !== 0) {
      if ((kind & flags.more) !== 0) throw new Breach('bad_frame', 'a command of several frames');
      if (size > limits.commandBytes) throw new Breach('command_too_large', `${size} bytes`);
      return;
    }
    if (size > limits.frameBytes) throw new Breach('frame_too_large', `${size} bytes`);
    messageBytes += size;
    if (messageBytes > limits.messageBytes) throw new Breach('message_too_large', `${messageBytes} bytes`);
    if (frames.length >= limits.framesPerMessage) throw new Breach('too_many_frames', `above ${frames.length}`);
  }
  function finish(kind: number, frame: Buffer): void {
    if ((kind & flags.command) !== 0) return sink.command(frame);
    frames.push(frame);
    if ((kind & flags.more) !== 0) return;
    const whole = frames;
    frames = [];
    messageBytes = owned = ownedBytes = 0;
    sink.message(whole);
  }
  function finishGrown(): void {
    if (growing === undefined || growing.missing > 0) return;
    const { bytes } = growing;
    growing = undefined;
    finish(growingKind, bytes);
  }
  /** A frame whose body begins at `at`; gives the place behind what the chunk has of it. */
  function take(kind: number, size: number, chunk: Buffer, at: number): number {
    check(kind, size);
    const end = at + size;
    if (end <= chunk.length) {
      finish(kind, chunk.subarray(at, end));
      return end;
    }
    growing = createGrowingFrame(size);
    growingKind = kind;
    return at + growing.take(chunk, at);
  }
  const headerSize = (): number => (headerLength > 0 && (header[0]! & flags.long) !== 0 ? 9 : 2);
  /** Goes on with a frame or header that the last chunk has cut; gives the place where the next one begins. */
  function resume(chunk: Buffer): number {
    if (growing !== undefined) {
      const taken = growing.take(chunk, 0);
      finishGrown();
      return taken;
    }
    let at = 0;
    while (at < chunk.length && headerLength < headerSize()) header[headerLength++] = chunk[at++]!;
    if (headerLength < headerSize()) return at;
    const size = headerLength === 9 ? readLongSize(header, 1) : header[1]!;
    headerLength = 0;
    return take(header[0]!, size, chunk, at);
  }
  /** A message that waits for its other frames must not pin whole receive blocks: views of the chunk are copied. */
  function ownFrames(chunk?: Buffer): void {
    let viewed = 0;
    for (let i = owned; i < frames.length; i++) {
      ownedBytes += frames[i]!.length;
      if (frames[i]!.buffer === chunk?.buffer) viewed += frames[i]!.length;
    }
    const block = Buffer.allocUnsafeSlow(viewed);
    for (let i = owned, at = 0; i < frames.length; i++) {
      if (frames[i]!.buffer !== chunk?.buffer) continue;
      const end = at + frames[i]!.copy(block, at);
      frames[i] = block.subarray(at, end);
      at = end;
    }
    owned = frames.length;
  }
  return {
    push(chunk) {
      const { length } = chunk;
      let at = growing !== undefined || headerLength > 0 ? resume(chunk) : 0;
      while (at < length) {
        const kind = chunk[at]!;
        const isLong = (kind & flags.long) !== 0;
        const bodyAt = at + (isLong ? 9 : 2);
        if (bodyAt > length) {
          headerLength = chunk.copy(header, 0, at);
          break;
        }
        at = take(kind, isLong ? readLongSize(chunk, at + 1) : chunk[at + 1]!, chunk, bodyAt);
      }
      if (frames.length > owned) ownFrames(chunk);
    },
    room: () => (growing !== undefined && growing.missing >= straightFrom ? growing.room : undefined),
    filled(count) {
      growing?.filled(count);
      finishGrown();
      if (frames.length > owned) ownFrames();
    },
    unfinishedBytes: () =>
      frames.length === 0 && growing === undefined
        ? 0
        : ownedBytes + frames.length * frameCost + (growing?.received ?? 0),
  };
}
