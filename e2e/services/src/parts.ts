// The real parts of this suite: it is not started without them.
import type { PartName } from '@muster/provision';
import { find, mongoWireIn, natsServerIn, pythonIn } from '@muster/provision';

async function folderOf(part: PartName): Promise<string> {
  const found = await find(part);
  if (!found.present) throw new Error(`${found.title} is missing: E2E_PROVISION=1 npm run e2e -- services installs it`);
  return found.folder;
}

export const natsProgram = async (): Promise<string> => natsServerIn(await folderOf('nats'));
export const mongoProgram = async (): Promise<string> => mongoWireIn(await folderOf('mongo-wire'));
export const python = async (): Promise<string> => pythonIn(await folderOf('ipyparallel'));
