// The first 64 bytes of a connection (ZMTP 3.1, RFC 37): signature, version, mechanism, as-server, filler.
import { Breach } from '../breach.ts';

export const greetingBytes = 64;
/**
 * Up to the major version. The rest is said when the peer has said as much: libzmq hangs up as soon as it sees a mechanism that is
 * not its own, and does so before it has said its own, so that this side would not know why.
 */
export const versionedBytes = 11;
const minorVersion = 1;
const [versionAt, minorAt, mechanismAt, mechanismEnd] = [10, 11, 12, 32] as const;
const mechanism = 'NULL';

/** What this side sends. */
export function encodeGreeting(): Buffer {
  const bytes = Buffer.alloc(greetingBytes);
  // The eight bytes in the middle are where ZMTP 1 had the length of a frame; libzmq fills them like this.
  bytes.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, minorVersion]);
  bytes.write(mechanism, mechanismAt, 'latin1');
  return bytes;
}

/**
 * Checks as much of a peer's greeting as has come, so that a stranger is refused at its first wrong byte. Throws Breach
 * `not_zmtp`, `old_protocol` or `other_mechanism`.
 */
export function checkGreeting(bytes: Uint8Array, length: number): void {
  if (length > 0 && bytes[0] !== 0xff) throw new Breach('not_zmtp', startOf(bytes, length));
  if (length >= versionAt && (bytes[9]! & 1) === 0) throw new Breach('not_zmtp', startOf(bytes, length));
  if (length > versionAt && bytes[versionAt]! < 3) throw new Breach('old_protocol', `version byte ${bytes[versionAt]}`);
  if (length < mechanismEnd) return;
  const offered = nameOf(bytes);
  if (offered !== mechanism) throw new Breach('other_mechanism', `it offers ${offered}, this side has ${mechanism}`);
}

/** The minor version of a whole greeting: 0 for ZMTP 3.0, 1 for 3.1. Of a major version above 3 it is taken as 1. */
export const minorVersionOf = (greeting: Uint8Array): number =>
  greeting[versionAt]! > 3 ? minorVersion : greeting[minorAt]!;

/** A mechanism's name is up to 20 characters, filled up with zeros. Others' bytes are shown only if they are plain. */
function nameOf(bytes: Uint8Array): string {
  const name = Buffer.from(bytes.subarray(mechanismAt, mechanismEnd)).toString('latin1').replace(/\0+$/, '');
  return /^[\w.-]{1,20}$/.test(name) ? name : 'something unreadable';
}

const startOf = (bytes: Uint8Array, length: number): string =>
  `it begins with ${Buffer.from(bytes.subarray(0, Math.min(length, 10))).toString('hex')}`;
