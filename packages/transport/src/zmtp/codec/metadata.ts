// Metadata of a READY command: name (1 byte length), value (4 bytes length, big-endian), again and again.
import { Breach } from '../breach.ts';

export type Metadata = ReadonlyMap<string, Uint8Array>;

const nameForm = /^[A-Za-z0-9\-_.+]+$/;

export function encodeMetadata(properties: Iterable<readonly [string, Uint8Array]>): Buffer {
  const parts: Uint8Array[] = [];
  for (const [name, value] of properties) {
    const head = Buffer.alloc(1 + name.length + 4);
    head[0] = name.length;
    head.write(name, 1, 'latin1');
    head.writeUInt32BE(value.length, 1 + name.length);
    parts.push(head, value);
  }
  return Buffer.concat(parts);
}

/** Names come back in lower case, for they are told apart without regard to case. Throws Breach `bad_metadata`. */
export function parseMetadata(bytes: Uint8Array, mostProperties: number): Metadata {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const found = new Map<string, Uint8Array>();
  for (let at = 0; at < view.length; ) {
    const nameEnd = at + 1 + view[at]!;
    if (nameEnd + 4 > view.length) throw new Breach('bad_metadata', 'a name is cut off');
    const name = view.toString('latin1', at + 1, nameEnd);
    if (!nameForm.test(name)) throw new Breach('bad_metadata', 'a name is empty or has characters that names have not');
    const end = nameEnd + 4 + view.readUInt32BE(nameEnd);
    if (end > view.length) throw new Breach('bad_metadata', 'a value is cut off');
    const key = name.toLowerCase();
    if (found.has(key)) throw new Breach('bad_metadata', 'a property is there twice');
    if (found.size === mostProperties) throw new Breach('bad_metadata', 'too many properties');
    found.set(key, view.subarray(nameEnd + 4, end));
    at = end;
  }
  return found;
}
