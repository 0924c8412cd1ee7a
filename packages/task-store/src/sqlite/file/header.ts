// The first hundred bytes of a database, and what they say to us (www.sqlite.org/fileformat2.html).
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export interface FileHeader {
  readonly sizeBytes: number;
  /** False when it does not begin as a database does; then the rest says nothing. */
  readonly isDatabase: boolean;
  /** From 3 on SQLite, as we know it, cannot read the file. */
  readonly formatVersion: number;
  readonly pageBytes: number;
  readonly userVersion: number;
  readonly applicationId: number;
}

const magic = 'SQLite format 3\0';
const headerBytes = 100;

function parseHeader(bytes: Uint8Array, sizeBytes: number): FileHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isDatabase = bytes.length >= headerBytes && Buffer.from(bytes.subarray(0, 16)).toString('latin1') === magic;
  if (!isDatabase) return { sizeBytes, isDatabase, formatVersion: 0, pageBytes: 0, userVersion: 0, applicationId: 0 };
  const pageBytes = view.getUint16(16);
  return {
    sizeBytes,
    isDatabase,
    formatVersion: Math.max(bytes[18]!, bytes[19]!),
    pageBytes: pageBytes === 1 ? 65_536 : pageBytes,
    userVersion: view.getInt32(60),
    applicationId: view.getInt32(68),
  };
}

export function readHeader(path: string): FileHeader {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(headerBytes);
    const read = readSync(file, bytes, 0, headerBytes, 0);
    return parseHeader(bytes.subarray(0, read), fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

const ours = 0x4d75;
const schema = 1;

/** What `user_version` says in files of ours: two letters, and the form of the tables beside that of Python. */
export const ourVersion = (ours << 16) | schema;

/** The number of a form of ours that is newer than we know. */
export function newerSchemaOf({ userVersion }: FileHeader): number | undefined {
  const number = userVersion & 0xffff;
  return userVersion >> 16 === ours && number > schema ? number : undefined;
}
