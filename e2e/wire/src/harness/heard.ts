// One message as a socket heard it: every frame named, nothing believed.
import type { Frames, Json, JsonObject, Signer } from '@muster/protocol';
import { decodeText, findDelimiter, isJsonObject } from '@muster/protocol';

export interface Heard {
  /** The name of the socket that heard it. */
  readonly line: string;
  /** All frames; in front, where the socket is a ROUTER, the identity that the peer announced. */
  readonly frames: Frames;
  /** Identity of the peer where the socket is a ROUTER; else ''. */
  readonly peer: string;
  /** What stands before the delimiter (without the identity); all frames where there is none. */
  readonly ids: Frames;
  /** False: there is no delimiter with five frames behind it; then the parts are undefined. */
  readonly isMessage: boolean;
  readonly signature: 'valid' | 'empty' | 'wrong' | 'none';
  /** The four dictionaries as they are; undefined where they cannot be read. */
  readonly header: Json | undefined;
  readonly parent: Json | undefined;
  readonly metadata: Json | undefined;
  readonly content: Json | undefined;
  readonly buffers: Frames;
}

function parse(frame: Uint8Array): Json | undefined {
  try {
    return JSON.parse(decodeText(frame));
  } catch {
    return undefined;
  }
}

function judge(frames: Frames, at: number, signer: Signer): Heard['signature'] {
  const [signature, ...rest] = frames.slice(at + 1, at + 6);
  if (signature!.length === 0) return 'empty';
  return signer.verify(signature!, rest as unknown as Parameters<Signer['verify']>[1]) ? 'valid' : 'wrong';
}

/** Takes a copy: frames of a socket may be views of a block that is used again. */
export function hear(line: string, peer: string, behindPeer: Frames, signer: Signer): Heard {
  const frames = behindPeer.map((frame) => Uint8Array.from(frame));
  const at = findDelimiter(frames);
  const isMessage = at >= 0 && frames.length - at >= 6;
  const [header, parent, metadata, content] = isMessage ? frames.slice(at + 2, at + 6).map(parse) : [];
  return {
    line,
    peer,
    frames: peer === '' ? frames : [Buffer.from(peer, 'latin1'), ...frames],
    ids: isMessage ? frames.slice(0, at) : frames,
    isMessage,
    signature: isMessage ? judge(frames, at, signer) : 'none',
    header,
    parent,
    metadata,
    content,
    buffers: isMessage ? frames.slice(at + 6) : [],
  };
}

const textIn = (value: Json | undefined, key: string): string => {
  const found = value !== undefined && isJsonObject(value) ? value[key] : undefined;
  return typeof found === 'string' ? found : '';
};

/** '' where it has none. */
export const typeOf = (heard: Heard): string => textIn(heard.header, 'msg_type');
/** '' where it has none. */
export const idOf = (heard: Heard): string => textIn(heard.header, 'msg_id');
/** msg_id of the request that it answers; '' where it names none. */
export const parentIdOf = (heard: Heard): string => textIn(heard.parent, 'msg_id');
/** Empty where there is no message, or its content is no dictionary. */
export const contentOf = (heard: Heard | undefined): JsonObject =>
  heard?.content !== undefined && isJsonObject(heard.content) ? heard.content : {};
