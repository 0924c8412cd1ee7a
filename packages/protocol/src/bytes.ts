// Text and bytes. Everything on the wire is Uint8Array (a Node Buffer is one); this file is the only user of the
// platform's text codecs, which browsers and Node share.

interface Codec {
  encode(text: string): Uint8Array<ArrayBuffer>;
  decode(bytes: Uint8Array): string;
}
declare const TextEncoder: new () => Pick<Codec, 'encode'>;
declare const TextDecoder: new (label: string, options: { fatal: boolean }) => Pick<Codec, 'decode'>;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** UTF-8 bytes of a text. */
export const encodeText = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** Text of UTF-8 bytes. Throws TypeError when the bytes are not UTF-8. */
export const decodeText = (bytes: Uint8Array): string => decoder.decode(bytes);

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
export const toPeerId = (bytes: Uint8Array): PeerId => String.fromCharCode(...bytes);

/** PeerId → the bytes of the identity. */
export function fromPeerId(peer: PeerId): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(peer.length);
  for (let i = 0; i < peer.length; i++) bytes[i] = peer.charCodeAt(i);
  return bytes;
}
