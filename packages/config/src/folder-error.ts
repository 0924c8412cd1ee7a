// Why a folder cannot be written, and what to do about it.
import { MusterError } from '@muster/protocol';

/**
 * MusterError `profile_unusable` that names the folder. `error`: of the system; `what`: what was to be made, `The profile folder …`.
 */
export function folderError(what: string, folder: string, error: unknown): MusterError {
  const { code, message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
  const [why, remedy] = explain(folder, code) ?? [message, undefined];
  return new MusterError('profile_unusable', `${what}: ${why}.`, remedy);
}

function explain(folder: string, code: string | undefined): readonly [why: string, remedy: string] | undefined {
  const elsewhere = 'or choose another folder with --profile-dir';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return [
        `${code === 'EDQUOT' ? 'the quota for' : 'the disk of'} ${folder} is full (${code})`,
        `Make room there (df -h and df -i show what is left), ${elsewhere}.`,
      ];
    case 'EACCES':
    case 'EPERM':
      return [
        `this user may not write in ${folder} (${code})`,
        `See whose it is (ls -ld ${folder}) and make it yours, ${elsewhere}.`,
      ];
    case 'EROFS':
      return [`${folder} is on a disk that can only be read (${code})`, `Mount it for writing, ${elsewhere}.`];
    case 'ENOTDIR':
    case 'EEXIST':
      return [
        `a file is where a folder should be, at ${folder} or in it (${code})`,
        `Move that file away, ${elsewhere}.`,
      ];
    default:
      return undefined;
  }
}
