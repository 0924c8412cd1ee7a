// What people are told of a database that cannot be opened.
import { MusterError } from '@muster/protocol';
import type { OpenError } from './file/open-error.ts';

const anotherFile = 'name another by --SQLiteDB.filename=FILE';
const anotherFolder = 'name another folder by --SQLiteDB.location=FOLDER';
const writable = `Give this user the right to write the file and its folder, or ${anotherFolder}.`;

const remedies: Readonly<Record<string, string>> = {
  NOTADB: `Move the file away, or ${anotherFile}.`,
  CORRUPT: `Move the file away, or ${anotherFile}.`,
  DAMAGED: `Stop that program: then the file is moved aside at the next start. Or ${anotherFile}.`,
  BUSY: `Stop the program that holds it, or ${anotherFile}.`,
  FULL: `Make room on the disk, or ${anotherFolder}.`,
  ENOSPC: `Make room on the disk, or ${anotherFolder}.`,
  EDQUOT: `Make room on the disk, or ${anotherFolder}.`,
  ENOENT: `Make the folder, or ${anotherFolder}.`,
  ENOTDIR: `Make the folder, or ${anotherFolder}.`,
  EACCES: writable,
  EPERM: writable,
  PERM: writable,
  READONLY: writable,
  CANTOPEN: writable,
  EROFS: `That file system is read-only: ${anotherFolder}.`,
  EISDIR: `There is a folder of that name: ${anotherFile}.`,
  NOFILE: `Something else has that name: ${anotherFile}.`,
  NEWER: `Use the newer version, or ${anotherFile}.`,
  NOLOCK: 'Keep it in a folder of this machine by --SQLiteDB.location=FOLDER, or keep records in MongoDB (--mongodb).',
  SLOW: `Look after the file system, or ${anotherFolder}.`,
};

export const toUnusable = (path: string, { code, message }: OpenError): MusterError =>
  new MusterError('store_unusable', `The task database ${path} cannot be opened: ${message}`, remedies[code ?? '']);
