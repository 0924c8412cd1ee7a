// Text and bytes. Everything on the wire is Uint8Array (a Node Buffer is one); this file is the only user of the
// platform's text codecs. It runs in browsers; where Node's Buffer is there, it takes its faster ways.

interface Codec {
  encode(text: string): Uint8Array<ArrayBuffer>;
  decode(bytes: Uint8Array): string;
}
declare const TextEncoder: new () => Pick<Codec, 'encode'>;
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => Pick<Codec, 'decode'>;

interface NodeBytes {
  toString(encoding: 'utf8' | 'latin1', start?: number, end?: number): string;
}
interface NodeBuffer {
  from(memory: ArrayBufferLike, offset: number, length: number): NodeBytes;
  isBuffer(bytes: Uint8Array): boolean;
}
const nodeBuffer = (globalThis as { Buffer?: NodeBuffer }).Buffer;
const asNode = (node: NodeBuffer, bytes: Uint8Array): NodeBytes =>
  node.isBuffer(bytes) ? bytes : node.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const encoder = new TextEncoder();
// A byte order mark stays: JSON must not start with one.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a text. */
export const encodeText = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** Text of UTF-8 bytes. Throws TypeError when the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  if (nodeBuffer) {
    const text = asNode(nodeBuffer, bytes).toString('utf8');
    // Node puts U+FFFD for what is not UTF-8. It may also have been sent: then the strict decoder says which.
    if (!text.includes('\ufffd')) return text;
  }
  return decoder.decode(bytes);
}

/** Text of the bytes from `from` up to `end`, one character a byte. */
export function decodeLatin1(bytes: Uint8Array, end = bytes.length, from = 0): string {
  if (nodeBuffer) return asNode(nodeBuffer, bytes).toString('latin1', from, end);
  let text = '';
  for (const byte of bytes.subarray(from, end)) text += String.fromCharCode(byte);
  return text;
}

/** True when both have the same length and bytes. Not constant in time: for secrets see signing.ts. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * A peer's ZeroMQ identity as text, one character a byte (latin-1): a Map key that loses nothing, also for the binary
 * identities that a ROUTER makes up (first byte 0).
 */
export type PeerId = string;

/** Bytes of an identity → PeerId. Identities have at most 255 bytes. */
export const toPeerId = (bytes: Uint8Array): PeerId => decodeLatin1(bytes);

/** PeerId → the bytes of the identity. */
export function fromPeerId(peer: PeerId): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(peer.length);
  for (let i = 0; i < peer.length; i++) bytes[i] = peer.charCodeAt(i);
  return bytes;
}
