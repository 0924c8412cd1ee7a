// The process of the load's client.
import { readClientConnection } from '@muster/config';
import type { TransportName } from '@muster/transport';
import { createTransport } from '@muster/transport';
import type { LoadClient, RunOptions } from './client.ts';
import { openClient } from './client.ts';
import { serve } from './worker.ts';

let client: LoadClient | undefined;

const handlers = {
  async open(options: { readonly clientFile: string; readonly transport: TransportName }): Promise<null> {
    const onError = (error: Error): void => console.error(`client: ${error.message}`);
    const transport = createTransport({ name: options.transport, onError });
    client = openClient(await readClientConnection(options.clientFile), transport);
    return null;
  },
  /** Engines that the hub knows; requests go to them from now on. */
  target: () => client!.target(),
  queues: () => client!.hub.queues(),
  run: (options: RunOptions) => client!.run(options),
};

export type ClientCalls = typeof handlers;
serve(handlers);
