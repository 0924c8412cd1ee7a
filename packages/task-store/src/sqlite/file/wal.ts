// Does a write-ahead log belong to its database? SQLite goes by the name alone: the log of another file that came there by a
// backup, or without its own database, would be copied into it, over what is there (www.sqlite.org/fileformat2.html#walformat).
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { FileHeader } from './header.ts';

/** `foreign`: it must not be used. `torn`: what was written after the damage will be left out. */
export type WalVerdict =
  | { readonly kind: 'fits' }
  | { readonly kind: 'foreign'; readonly why: string }
  | { readonly kind: 'torn'; readonly why: string };

const fits: WalVerdict = { kind: 'fits' };
const foreign = (why: string): WalVerdict => ({ kind: 'foreign', why });

const headerBytes = 32;
const frameBytes = 24;
/** A longer log is not read through. */
const readLimitBytes = 256 * 2 ** 20;

/** Judges the log of a database that nobody has open. */
export function judgeWal(walPath: string, database: FileHeader): WalVerdict {
  if (!existsSync(walPath)) return fits;
  const file = openSync(walPath, 'r');
  try {
    const sizeBytes = fstatSync(file).size;
    const header = Buffer.alloc(headerBytes);
    // Made, and not yet written when its program or the machine ended.
    if (readSync(file, header, 0, headerBytes, 0) < headerBytes || header.every((byte) => byte === 0)) return fits;
    return judgeHeader(header, database) ?? judgeFrames(file, sizeBytes, header, database);
  } finally {
    closeSync(file);
  }
}

const isBigEndian = (header: Buffer): boolean => (header.readUInt32BE(0) & 1) === 1;

function judgeHeader(header: Buffer, database: FileHeader): WalVerdict | undefined {
  if ((header.readUInt32BE(0) & ~1) >>> 0 !== 0x377f0682) return foreign('it does not begin as a write-ahead log does');
  const [first, second] = checksum(header.subarray(0, 24), isBigEndian(header), [0, 0]);
  if (first !== header.readUInt32BE(24) || second !== header.readUInt32BE(28)) return foreign('its header is damaged');
  if (database.sizeBytes === 0) return foreign('the database that it belongs to is not there');
  if (database.isDatabase && header.readUInt32BE(8) !== database.pageBytes)
    return foreign('its pages have another size than those of the database');
  return undefined;
}

function judgeFrames(file: number, sizeBytes: number, header: Buffer, database: FileHeader): WalVerdict {
  const stepBytes = frameBytes + header.readUInt32BE(8);
  const frame = Buffer.alloc(stepBytes);
  const salts = header.subarray(16, 24);
  let sums: Sums = [header.readUInt32BE(24), header.readUInt32BE(28)];
  let isBroken = false;
  for (let at = headerBytes; at + stepBytes <= Math.min(sizeBytes, readLimitBytes); at += stepBytes) {
    readSync(file, frame, 0, isBroken ? frameBytes : stepBytes, at);
    const isCurrent = frame.subarray(8, 16).equals(salts);
    // Behind the last one stands what an earlier use of the file has left.
    if (isBroken && isCurrent && frame.readUInt32BE(4) !== 0)
      return { kind: 'torn', why: 'transactions stand behind a damaged part of it' };
    if (isBroken) continue;
    sums = checksum(frame.subarray(0, 8), isBigEndian(header), sums);
    sums = checksum(frame.subarray(frameBytes), isBigEndian(header), sums);
    isBroken = !isCurrent || sums[0] !== frame.readUInt32BE(16) || sums[1] !== frame.readUInt32BE(20);
    if (!isBroken && frame.readUInt32BE(0) === 1 && isOfAnother(frame.subarray(frameBytes), database))
      return foreign('it is the log of another database');
  }
  return fits;
}

/** Files of ours have numbers of their own (open.ts). */
const isOfAnother = (firstPage: Buffer, { isDatabase, applicationId }: FileHeader): boolean =>
  isDatabase && applicationId !== 0 && firstPage.readInt32BE(68) !== applicationId;

type Sums = readonly [number, number];

function checksum(bytes: Buffer, bigEndian: boolean, [first, second]: Sums): Sums {
  let [s0, s1] = [first, second];
  for (let i = 0; i < bytes.length; i += 8) {
    s0 = (s0 + (bigEndian ? bytes.readUInt32BE(i) : bytes.readUInt32LE(i)) + s1) >>> 0;
    s1 = (s1 + (bigEndian ? bytes.readUInt32BE(i + 4) : bytes.readUInt32LE(i + 4)) + s0) >>> 0;
  }
  return [s0, s1];
}
