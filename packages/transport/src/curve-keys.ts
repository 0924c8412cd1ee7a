// Keys of CurveZMQ (§3.4) are keys of X25519, written as Z85; node:crypto makes them, so that no ZeroMQ is needed here.
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { MusterError } from '@muster/protocol';
import type { CurveClient, CurveServer } from './port.ts';
import { decodeZ85, encodeZ85 } from './z85.ts';

/** What PKCS #8 puts in front of the 32 bytes of an X25519 secret key. */
const privatePrefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
const keyBytes = 32;

export interface CurvePair {
  /** 40 characters Z85. */
  readonly publicKey: string;
  /** 40 characters Z85. */
  readonly secretKey: string;
}

function decodeKey(key: string, name: string): Uint8Array {
  const bytes = typeof key === 'string' ? decodeZ85(key) : undefined;
  if (bytes?.length === keyBytes) return bytes;
  throw new MusterError(
    'bad_option',
    `The CURVE ${name} is not a key.`,
    'A key is 40 characters of Z85, as in the connection file, $IPP_CURVE_SERVERKEY or $IPP_CURVE_SECRETKEY.',
  );
}
const rawTail = (der: Buffer): Uint8Array => der.subarray(der.length - keyBytes);

/** A new pair from the system's randomness. */
export function generateCurvePair(): CurvePair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return {
    publicKey: encodeZ85(rawTail(publicKey.export({ format: 'der', type: 'spki' }))),
    secretKey: encodeZ85(rawTail(privateKey.export({ format: 'der', type: 'pkcs8' }))),
  };
}

/** The public key that belongs to a secret one. Throws MusterError `bad_option` when that is not a key. */
export function curvePublicKey(secretKey: string): string {
  const key = Buffer.concat([privatePrefix, decodeKey(secretKey, 'secret key')]);
  const secret = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  return encodeZ85(rawTail(createPublicKey(secret).export({ format: 'der', type: 'spki' })));
}

/** Throws MusterError `bad_option` unless all keys are keys and a server's two belong together. */
export function checkCurve(curve: CurveServer | CurveClient): void {
  if (curve.role === 'client') {
    decodeKey(curve.serverKey, 'server key');
    return;
  }
  decodeKey(curve.publicKey, 'public key');
  if (curvePublicKey(curve.secretKey) === curve.publicKey) return;
  throw new MusterError(
    'bad_option',
    'The public CURVE key does not belong to the secret one.',
    'Give the secret key alone, or both keys of one pair.',
  );
}
