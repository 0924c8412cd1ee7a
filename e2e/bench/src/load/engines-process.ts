// The process of the fake engines.
import type { EngineConnection } from '@muster/protocol';
import type { TransportName } from '@muster/transport';
import { createHmacSigner, createTransport } from '@muster/transport';
import type { EnginePool } from './fake-engine.ts';
import { startBareEngine, startFakeEngine } from './fake-engine.ts';
import { cpuUs } from './process-costs.ts';
import { serve } from './worker.ts';

/** A pickle of None. */
const noResult = Buffer.from('\x80\x04N.', 'latin1');
/** So many registrations are under way at a time. */
const atOnce = 64;
let pool: EnginePool | undefined;

function open(transportName: TransportName, key: string): EnginePool {
  const onError = (error: Error): void => console.error(`engines: ${error.message}`);
  const transport = createTransport({ name: transportName, onError });
  const signer = createHmacSigner(key);
  pool = { signer, transport, result: noResult, holding: false, held: [], answered: 0, bad: 0 };
  return pool;
}

const handlers = {
  /** Starts engines; resolves when the hub has answered them all. */
  async start(options: {
    readonly connection: EngineConnection;
    readonly count: number;
    readonly transport: TransportName;
  }): Promise<null> {
    const { connection, count, transport } = options;
    const started = open(transport, connection.key);
    for (let left = count; left > 0; left -= atOnce)
      await Promise.all(Array.from({ length: Math.min(left, atOnce) }, () => startFakeEngine(started, connection)));
    return null;
  },
  /** One engine behind a relay. */
  bare(options: { readonly endpoint: string; readonly key: string; readonly transport: TransportName }): null {
    startBareEngine(open(options.transport, options.key), options.endpoint);
    return null;
  },
  /** Sends every message back as it is. */
  echo(options: { readonly endpoint: string; readonly transport: TransportName }): null {
    const socket = open(options.transport, '').transport.open({ kind: 'dealer' });
    socket.connect(options.endpoint);
    socket.onMessages((batch) => {
      for (const { frames } of batch) socket.send('', frames);
    });
    return null;
  },
  /** Size of what is sent back from now on; 0: as of a function that returns nothing. */
  reply({ bytes }: { readonly bytes: number }): null {
    pool!.result = bytes === 0 ? noResult : Buffer.alloc(bytes, 'x');
    return null;
  },
  /** Requests wait from now on, or go on. */
  hold({ on }: { readonly on: boolean }): null {
    pool!.holding = on;
    if (!on) for (const answer of pool!.held.splice(0)) answer();
    return null;
  },
  tally: () => ({ answered: pool!.answered, bad: pool!.bad, held: pool!.held.length, cpuUs: cpuUs([process.pid]) }),
};

export type EngineCalls = typeof handlers;
serve(handlers);
