// Load for one controller: a process of fake engines and one of a client.
import { join } from 'node:path';
import { readClientConnection, readEngineConnection } from '@muster/config';
import { until } from '@muster/testkit';
import type { TransportName } from '@muster/transport';
import { transportNames } from '@muster/transport';
import type { ClientCalls } from './client-process.ts';
import type { EngineCalls } from './engines-process.ts';
import type { Worker } from './worker.ts';
import { startWorker } from './worker.ts';

export interface Workers extends AsyncDisposable {
  readonly client: Worker<ClientCalls>;
  readonly engines: Worker<EngineCalls>;
}

export interface Load extends Workers {
  /** From the first engine's start until the hub lists all. */
  readonly registeredS: number;
}

/** The two processes, which do nothing yet. */
export async function startWorkers(): Promise<Workers> {
  const file = (name: string): string => join(import.meta.dirname, `${name}-process.ts`);
  await using stack = new AsyncDisposableStack();
  const client = stack.use(await startWorker<ClientCalls>(file('client')));
  const engines = stack.use(await startWorker<EngineCalls>(file('engines')));
  const owned = stack.move();
  return { client, engines, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

export interface LoadOptions {
  readonly clientFile: string;
  readonly engineFile: string;
  readonly engines: number;
  /** What client and engines use. Default: the first there is. */
  readonly transport?: TransportName | undefined;
  readonly timeoutMs?: number;
}

/** Schedulers of Python's learn of engines by a message of the hub's. */
const learnMs = 300;

/** Resolves when the hub lists all engines. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const { clientFile, engineFile, engines: count, transport = transportNames[0] } = options;
  await using stack = new AsyncDisposableStack();
  const { client, engines } = stack.use(await startWorkers());
  await client.ask('open', { connection: await readClientConnection(clientFile), transport });
  const connection = await readEngineConnection(engineFile);
  const begin = performance.now();
  await engines.ask('start', { connection, count, transport });
  let known = 0;
  await until(
    async () => {
      known = await client.ask('target', undefined);
      return known === count;
    },
    { timeoutMs: options.timeoutMs ?? 60_000, what: () => `${count} engines are registered; there are ${known}` },
  );
  const registeredS = (performance.now() - begin) / 1000;
  await new Promise((done) => setTimeout(done, learnMs));
  const owned = stack.move();
  return { client, engines, registeredS, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
