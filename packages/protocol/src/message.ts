// A message: the frames from the delimiter on (§3.1), decoded on demand, each part once.
import { encodeText, equalBytes } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import type { Header } from './header.ts';
import { checkHeader } from './header.ts';
import type { JsonObject } from './json.ts';
import { packJson, unpackJson } from './json.ts';
import { findParentId } from './parent-id.ts';
import type { ReplayGuard } from './replay-guard.ts';
import type { Signer } from './signing.ts';

/** Frames of one message as a socket gives them. */
export type Frames = readonly Uint8Array[];

/** The four signed parts in their order: header, parent_header, metadata, content. */
export type MessageParts = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

/** Between the routing ids and the signature. */
export const delimiter = encodeText('<IDS|MSG>');

/** Index of the delimiter, at most `within` frames in; -1 when it is not there. */
export function findDelimiter(frames: Frames, within = 8): number {
  const end = Math.min(frames.length, within + 1);
  for (let i = 0; i < end; i++) if (equalBytes(frames[i]!, delimiter)) return i;
  return -1;
}

/**
 * A message whose parts are parsed when first asked for and then kept: `signature, header, parent_header, metadata,
 * content, buffer…` behind the delimiter. The bytes are never changed, so `frames` can be forwarded as they are.
 * The accessors throw ProtocolError `bad_json` or `bad_header`; after `openMessage` header and metadata do not throw.
 */
export class Message {
  /** signature, header, parent_header, metadata, content, buffers… (without ids and delimiter). */
  readonly frames: Frames;
  #header: Header | undefined;
  #parentHeader: JsonObject | undefined;
  #metadata: JsonObject | undefined;
  #content: JsonObject | undefined;
  #parentId: string | undefined;
  #sizeBytes = -1;

  constructor(frames: Frames) {
    this.frames = frames;
  }

  get signature(): Uint8Array {
    return this.frames[0]!;
  }
  get parts(): MessageParts {
    const { frames } = this;
    return [frames[1]!, frames[2]!, frames[3]!, frames[4]!];
  }
  get header(): Header {
    this.#header ??= checkHeader(unpackJson(this.frames[1]!, 'header'));
    return this.#header;
  }
  /** Header of the request that this answers; `{}` if there is none. */
  get parentHeader(): JsonObject {
    this.#parentHeader ??= unpackJson(this.frames[2]!, 'parent_header');
    return this.#parentHeader;
  }
  get metadata(): JsonObject {
    this.#metadata ??= unpackJson(this.frames[3]!, 'metadata');
    return this.#metadata;
  }
  get content(): JsonObject {
    this.#content ??= unpackJson(this.frames[4]!, 'content');
    return this.#content;
  }
  get buffers(): Frames {
    return this.frames.slice(5);
  }
  /** msg_id of the request that this answers; undefined if there is none. */
  get parentId(): string | undefined {
    if (this.#parentId !== undefined) return this.#parentId;
    // Of most replies nothing else is asked for.
    if (this.#parentHeader === undefined) this.#parentId = findParentId(this.frames[2]!);
    if (this.#parentId === undefined) {
      const id = this.parentHeader.msg_id;
      if (typeof id === 'string') this.#parentId = id;
    }
    return this.#parentId;
  }
  /** Bytes of all frames together. */
  get sizeBytes(): number {
    if (this.#sizeBytes < 0) {
      let sum = 0;
      for (let i = 0; i < this.frames.length; i++) sum += this.frames[i]!.length;
      this.#sizeBytes = sum;
    }
    return this.#sizeBytes;
  }
  /** Delimiter and frames: what goes on the wire behind the routing ids. */
  toWire(): Uint8Array[] {
    return [delimiter, ...this.frames];
  }
  /** What goes on the wire, behind one routing id. */
  toWireBehind(id: Uint8Array): Uint8Array[] {
    const { frames } = this;
    const wire: Uint8Array[] = [id, delimiter];
    for (let i = 0; i < frames.length; i++) wire.push(frames[i]!);
    return wire;
  }
}

/** Parts of a message to be written. */
export interface MessageInit {
  readonly header: Header;
  readonly parentHeader?: JsonObject;
  readonly metadata?: object;
  readonly content: object;
  readonly buffers?: Frames;
}

/** Packs and signs a message. */
export function buildMessage(signer: Signer, init: MessageInit): Message {
  const parts: MessageParts = [
    packJson(init.header),
    packJson(init.parentHeader ?? {}),
    packJson(init.metadata ?? {}),
    packJson(init.content),
  ];
  return new Message([signer.sign(parts), ...parts, ...(init.buffers ?? [])]);
}

/**
 * Takes frames from the delimiter on as a message, without checking anything but their number.
 * Throws ProtocolError `not_a_message`.
 */
export function readMessage(frames: Frames, at = findDelimiter(frames)): Message {
  if (at < 0 || at >= frames.length || !equalBytes(frames[at]!, delimiter) || frames.length - at < 6)
    throw new ProtocolError('not_a_message');
  return new Message(frames.slice(at + 1));
}

/**
 * As readMessage, and: the signature is right and (where a guard is given) fresh, header and metadata are readable.
 * Throws ProtocolError `not_a_message`, `bad_signature`, `replayed`, `bad_json` or `bad_header` (§3.3).
 */
export function openMessage(frames: Frames, signer: Signer, guard?: ReplayGuard, at = findDelimiter(frames)): Message {
  const message = readMessage(frames, at);
  if (!signer.verify(message.signature, message.parts)) throw new ProtocolError('bad_signature');
  message.header;
  message.metadata;
  if (guard && !guard.isFresh(message.signature)) throw new ProtocolError('replayed');
  return message;
}
