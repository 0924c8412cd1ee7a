// An engine's connections through an ssh server; loaded only by those that need it.
import type { EngineConnection } from '@muster/protocol';
import type { TunnelEvent, TunnelledConnection } from '@muster/tunnel';
import { tunnelConnection } from '@muster/tunnel';
import type { Log } from '../log.ts';

export interface EngineTunnelOptions {
  readonly server: string;
  /** Empty: what ssh finds. */
  readonly keyFile: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Ends the attempt to open it; an open one is closed by `close`, for an engine that stops still has something to say. */
  readonly signal: AbortSignal;
}

/** Rejects with MusterError (see openTunnels) or the signal's reason. */
export async function openEngineTunnel(
  connection: EngineConnection,
  { server, keyFile, env, log, signal }: EngineTunnelOptions,
): Promise<TunnelledConnection<EngineConnection>> {
  const opening = new AbortController();
  const abort = (): void => opening.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', abort);
  const startedMs = performance.now();
  try {
    const tunnel = await tunnelConnection(connection, {
      ...{ server, env, signal: opening.signal, keyFile: keyFile || undefined },
      onEvent: (event) => tell(event, server, log),
    });
    const ms = Math.round(performance.now() - startedMs);
    log.info({ server, to: connection.interface, ms }, 'connections go through an ssh tunnel');
    return tunnel;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function tell(event: TunnelEvent, server: string, log: Log): void {
  switch (event.type) {
    case 'tunnel.lost': {
      const { message: why, remedy } = event.error;
      log.warn({ server, why, remedy, againInMs: event.pauseMs }, 'the ssh tunnel is down and is made again');
      return;
    }
    case 'tunnel.restored':
      log.info({ server, afterMs: event.afterMs }, 'the ssh tunnel is up again');
      return;
    case 'forward.failed':
      log.warn({ server, said: event.said }, 'the ssh server does not reach the controller');
  }
}
