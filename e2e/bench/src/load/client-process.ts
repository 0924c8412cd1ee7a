// The process of the load's client.
import type { ClientConnection } from '@muster/protocol';
import type { Transport, TransportName } from '@muster/transport';
import { createTransport } from '@muster/transport';
import type { LoadClient, RunOptions } from './client.ts';
import { openClient } from './client.ts';
import type { PlainOptions } from './plain-frames.ts';
import { sendPlain } from './plain-frames.ts';
import { serve } from './worker.ts';

let transport: Transport | undefined;
let client: LoadClient | undefined;

const handlers = {
  /** Without a connection, for plain frames only. */
  open(options: { readonly connection?: ClientConnection; readonly transport: TransportName }): null {
    const onError = (error: Error): void => console.error(`client: ${error.message}`);
    transport = createTransport({ name: options.transport, onError });
    if (options.connection !== undefined) client = openClient(options.connection, transport);
    return null;
  },
  /** Engines that the hub knows; requests go to them from now on. */
  target: () => client!.target(),
  queues: () => client!.hub.queues(),
  run: (options: RunOptions) => client!.run(options),
  plain: (options: PlainOptions) => sendPlain(transport!, options),
};

export type ClientCalls = typeof handlers;
serve(handlers);
