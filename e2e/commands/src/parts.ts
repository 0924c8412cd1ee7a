// The real parts of this suite: it is not started without them.
import { dirname, join } from 'node:path';
import type { PartName } from '@muster/provision';
import { find, mongoWireIn, pythonIn } from '@muster/provision';

async function folderOf(part: PartName): Promise<string> {
  const found = await find(part);
  if (!found.present) throw new Error(`${found.title} is missing: E2E_PROVISION=1 npm run e2e -- commands installs it`);
  return found.folder;
}

export const checkout = join(import.meta.dirname, '../../..');
/** The Python that has ipyparallel. */
export const python = pythonIn(await folderOf('ipyparallel'));
export const mongoProgram = async (): Promise<string> => mongoWireIn(await folderOf('mongo-wire'));

/** Where the commands are: this stands before PATH. */
export const commandFolders = [join(checkout, 'node_modules/.bin'), dirname(process.execPath)];
/** What machines have to see. */
export const installed = [checkout, dirname(process.execPath), dirname(dirname(python))];
