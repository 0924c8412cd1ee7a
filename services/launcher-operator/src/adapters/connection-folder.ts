import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '@muster/config';
import { MusterError } from '@muster/protocol';

/** Writes connection files by name, mode 0600. Throws MusterError `profile_unusable`. */
export function writeConnectionFolder(folder: string, files: Readonly<Record<string, string>>): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(files)) writeFileAtomically(join(folder, name), text);
  } catch (error) {
    throw new MusterError(
      'profile_unusable',
      `The connection files cannot be written to ${folder}: ${(error as Error).message}`,
      'Check its owner and permissions, or name another folder with --connection-dir.',
    );
  }
}
