// A network of its own for a job: what listens on a fixed port there meets nobody else's.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProgram } from '@muster/testkit';

export interface OwnNetwork extends AsyncDisposable {
  /** Stands before the argv of what shall run in it. */
  readonly enter: readonly string[];
  /** A program that runs another one in it, with whatever arguments; it is written into `folder`. */
  wrap(program: string, folder: string): Promise<string>;
}

/** Of this process: nothing stands before. */
const sharedNetwork: OwnNetwork = {
  enter: [],
  wrap: async (program) => program,
  [Symbol.asyncDispose]: async () => {},
};

/**
 * `python` is any Python. Only root can make a network, and not in every container: without the right to, it is the network
 * of this process.
 */
export async function createOwnNetwork(python: string): Promise<OwnNetwork> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return sharedNetwork;
  const holder = await startProgram([python, join(import.meta.dirname, '../../python/own_network.py')]);
  const isThere = await holder.says('ready', 60_000).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    await holder.stop();
    return sharedNetwork;
  }
  const enter = ['nsenter', `--net=/proc/${holder.pid}/ns/net`, '--'];
  let count = 0;
  return {
    enter,
    async wrap(program, folder) {
      const script = join(folder, `in-network-${++count}`);
      await writeFile(script, `#!/bin/sh\nexec ${[...enter, program].map((word) => `'${word}'`).join(' ')} "$@"\n`);
      await chmod(script, 0o755);
      return script;
    },
    [Symbol.asyncDispose]: () => holder[Symbol.asyncDispose](),
  };
}
