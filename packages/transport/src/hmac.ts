import { createHash, hash } from 'node:crypto';
import type { MessageParts, Signer } from '@muster/protocol';
import { encodeText, openSigner } from '@muster/protocol';

const blockBytes = 64;
const digestBytes = 32;
/** Up to here the parts are gathered for a one-shot hash; larger ones are hashed in place. */
const gatheredBytes = 16_384;

/**
 * HMAC-SHA256 signer (§3.1) of a cluster's key, which is text used as UTF-8 bytes. The empty key gives `openSigner`.
 *
 * It is RFC 2104 over two one-shot hashes with its own pads: faster than node's Hmac objects, which cost more to make
 * than a message's parts cost to hash.
 */
export function createHmacSigner(key: string): Signer {
  if (key === '') return openSigner;
  const inner = Buffer.alloc(blockBytes + gatheredBytes);
  const outer = Buffer.alloc(blockBytes + digestBytes);
  const bytes = encodeText(key);
  const padded = Buffer.alloc(blockBytes);
  padded.set(bytes.length > blockBytes ? hash('sha256', bytes, 'buffer') : bytes);
  for (let i = 0; i < blockBytes; i++) {
    inner[i] = padded[i]! ^ 0x36;
    outer[i] = padded[i]! ^ 0x5c;
  }

  /** One character a byte: node makes such a text in half the time of a Buffer. */
  function innerDigest(parts: MessageParts): string {
    const [header, parent, metadata, content] = parts;
    const size = header.length + parent.length + metadata.length + content.length;
    if (size > gatheredBytes) {
      const whole = createHash('sha256').update(inner.subarray(0, blockBytes));
      for (const part of parts) whole.update(part);
      return whole.digest('binary');
    }
    let at = blockBytes;
    for (const part of parts) {
      inner.set(part, at);
      at += part.length;
    }
    return hash('sha256', inner.subarray(0, at), 'binary');
  }
  function hexDigest(parts: MessageParts): string {
    outer.write(innerDigest(parts), blockBytes, 'latin1');
    return hash('sha256', outer, 'hex');
  }
  return {
    sign: (parts) => Buffer.from(hexDigest(parts), 'latin1'),
    verify: (signature, parts) => signature.length === 2 * digestBytes && isSame(hexDigest(parts), signature),
  };
}

/** Looks at every character, whether those before were right or not: how long it takes says nothing. */
function isSame(expected: string, signature: Uint8Array): boolean {
  let difference = 0;
  for (let i = 0; i < 2 * digestBytes; i++) difference |= expected.charCodeAt(i) ^ signature[i]!;
  return difference === 0;
}
