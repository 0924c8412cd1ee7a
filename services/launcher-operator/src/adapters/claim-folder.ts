// One operator for a folder: two would start everything twice.
import { join } from 'node:path';
import { identifyProcess, isRunning, readIfThere, removeFile, underGuard, writeFileAtomically } from '@muster/config';
import { MusterError } from '@muster/protocol';

/** Gives the function that ends the claim; it also ends with the process. Throws MusterError `profile_in_use`. */
export function claimFolder(folder: string): () => void {
  const path = join(folder, '.state', '.claim');
  const self = identifyProcess(process.pid) ?? { pid: process.pid };
  const text = `${JSON.stringify(self)}\n`;
  underGuard(`${path}.guard`, () => {
    const holder = parse(readIfThere(path));
    if (holder !== undefined && isRunning(holder))
      throw new MusterError(
        'profile_in_use',
        `Process ${holder.pid} is the operator of ${folder} already.`,
        'Stop it, or name another folder with --profiles.',
      );
    writeFileAtomically(path, text);
  });
  const release = (): void => {
    process.off('exit', release);
    if (readIfThere(path) === text) removeFile(path);
  };
  process.on('exit', release);
  return release;
}

function parse(text: string | undefined): { readonly pid: number; readonly startedAt?: string } | undefined {
  try {
    const value = JSON.parse(text ?? '') as { pid: number; startedAt?: string };
    return Number.isInteger(value.pid) ? value : undefined;
  } catch {
    return undefined;
  }
}
