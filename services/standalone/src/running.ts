// What a program has opened, and how it is closed again.
import type { Bus } from '@muster/bus';
import type { NatsBus } from '@muster/bus/nats';
import type { TaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import type { CountingTransport } from '@muster/transport';
import type { Part } from './part.ts';
import { pause } from './stopping.ts';

/** What has been opened so far, to be closed again. */
export interface Running {
  transport?: CountingTransport;
  nats?: NatsBus;
  /** On NATS. */
  bus?: Bus;
  store?: TaskStore;
  part?: Part;
}

/** How long the end may take beyond the time that the program lingers. */
const closingMs = 1500;

/** Closes the ports at once and the rest while it lingers; not for longer than that and a moment. */
export async function closeAll(running: Running, lingerMs: number, log: Logger): Promise<void> {
  const { part, transport, bus, store } = running;
  const closing = async (): Promise<void> => {
    await part?.stop();
    await transport?.close();
    const lingering = part === undefined ? undefined : pause(lingerMs);
    const flushed = Promise.all([bus?.close(), store?.close()]).catch((error: unknown) =>
      log.error({ err: error }, 'not everything was closed well'),
    );
    await Promise.all([lingering, flushed]);
  };
  const closed = new AbortController();
  await Promise.race([closing(), pause(lingerMs + closingMs, closed.signal)]);
  closed.abort();
}
