import { createHmac } from 'node:crypto';
import { encodeText, equalBytes } from '../bytes.ts';
import type { MessageParts } from '../message.ts';
import { openSigner, type Signer } from '../signing.ts';

/** The signing contract of §3.1 by node's own HMAC: other means than those of the product's signer. */
export function createReferenceSigner(key: string): Signer {
  if (key === '') return openSigner;
  const sign = (parts: MessageParts): Uint8Array => {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    return encodeText(hmac.digest('hex'));
  };
  return { sign, verify: (signature, parts) => equalBytes(signature, sign(parts)) };
}
