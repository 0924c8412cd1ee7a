// The process of the fake engines.
import { readEngineConnection } from '@muster/config';
import type { TransportName } from '@muster/transport';
import { createHmacSigner, createTransport } from '@muster/transport';
import type { EnginePool } from './fake-engine.ts';
import { startFakeEngine } from './fake-engine.ts';
import { cpuUs } from './process-costs.ts';
import { serve } from './worker.ts';

/** A pickle of None. */
const noResult = Buffer.from('\x80\x04N.', 'latin1');
/** So many registrations are under way at a time. */
const atOnce = 64;
let pool: EnginePool | undefined;

const handlers = {
  /** Starts engines; resolves when the hub has answered them all. */
  async start(options: {
    readonly engineFile: string;
    readonly count: number;
    readonly transport: TransportName;
  }): Promise<null> {
    const connection = await readEngineConnection(options.engineFile);
    const onError = (error: Error): void => console.error(`engines: ${error.message}`);
    const transport = createTransport({ name: options.transport, onError });
    const signer = createHmacSigner(connection.key);
    const started = { connection, signer, transport, result: noResult };
    pool = { ...started, holding: false, held: [], answered: 0, bad: 0 };
    for (let left = options.count; left > 0; left -= atOnce)
      await Promise.all(Array.from({ length: Math.min(left, atOnce) }, () => startFakeEngine(pool!)));
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
