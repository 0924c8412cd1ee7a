// Messages of MongoDB's wire, as far as a gate in front of a server has to know them.
import type { Document } from 'mongodb';
import { BSON } from 'mongodb';

/** A command as a driver sends it. */
export interface Command {
  readonly name: string;
  readonly body: Document;
  readonly requestId: number;
  /** As drivers greet a server that they do not know yet; its answer has a form of its own. */
  readonly isOld: boolean;
}

const headerBytes = 16;
const opReply = 1;
const opQuery = 2004;
const opMessage = 2013;

/** Splits what comes into whole messages. */
export function createFrameSplitter(): (bytes: Buffer) => Buffer[] {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let neededBytes = 4;
  return (bytes) => {
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (waitingBytes < neededBytes) return [];
    let rest = Buffer.concat(waiting);
    const frames: Buffer[] = [];
    for (;;) {
      neededBytes = rest.length < 4 ? 4 : rest.readInt32LE(0);
      if (rest.length < neededBytes) break;
      frames.push(rest.subarray(0, neededBytes));
      rest = rest.subarray(neededBytes);
    }
    waiting = [rest];
    waitingBytes = rest.length;
    return frames;
  };
}

/** Undefined for what is no command. */
export function parseCommand(frame: Buffer): Command | undefined {
  const opCode = frame.readInt32LE(12);
  if (opCode !== opQuery && opCode !== opMessage) return undefined;
  // Flags and, in the old form, a name that ends with 0 and two numbers; in the new one, the kind of section.
  const at = opCode === opQuery ? frame.indexOf(0, headerBytes + 4) + 9 : headerBytes + 5;
  const body = documentAt(frame, at);
  return { name: Object.keys(body)[0] ?? '', body, requestId: frame.readInt32LE(4), isOld: opCode === opQuery };
}

export const responseTo = (frame: Buffer): number => frame.readInt32LE(8);

const bodyOffset = (frame: Buffer): number => headerBytes + (frame.readInt32LE(12) === opReply ? 20 : 5);

/** The document of an answer. */
export const parseAnswer = (frame: Buffer): Document => documentAt(frame, bodyOffset(frame));

function documentAt(frame: Buffer, at: number): Document {
  return BSON.deserialize(frame.subarray(at, at + frame.readInt32LE(at)), { promoteBuffers: true });
}

/** An answer to a command. */
export function buildAnswer({ requestId, isOld }: Pick<Command, 'requestId' | 'isOld'>, answer: Document): Buffer {
  const body = BSON.serialize(answer);
  const before = Buffer.alloc(isOld ? 20 : 5);
  if (isOld) before.writeInt32LE(1, 16);
  const header = Buffer.alloc(headerBytes);
  header.writeInt32LE(headerBytes + before.length + body.length, 0);
  header.writeInt32LE(requestId, 8);
  header.writeInt32LE(isOld ? opReply : opMessage, 12);
  return Buffer.concat([header, before, body]);
}
