// What can be done to engines over the control channel (§4.6), past their queues.
import type { EngineRef } from './core/engine-list.ts';
import type { Targets } from './core/targets.ts';
import { resolveTargets } from './core/targets.ts';
import type { AskOptions, Session } from './session.ts';

export interface TargetOptions {
  /** Default 'all'. */
  readonly targets?: Targets;
  readonly timeoutMs?: number;
}

export interface AbortOptions extends TargetOptions {
  /** Default: everything that is queued. */
  readonly msgIds?: readonly string[];
}

export interface EngineControl {
  /** Takes back tasks that have not begun; those that run go on (see interrupt). */
  abort(options?: AbortOptions): Promise<void>;
  /** Empties the engines' namespaces. */
  clear(options?: TargetOptions): Promise<void>;
  /** Interrupts what the engines are running, as Ctrl-C does. */
  interrupt(options?: TargetOptions): Promise<void>;
}

const sigint = 2;

export function createEngineControl(session: Session): EngineControl {
  return {
    abort: ({ msgIds = [], ...options } = {}) =>
      askEngines(session, options, () => ['abort_request', { msg_ids: msgIds }]),
    clear: (options = {}) => askEngines(session, options, () => ['clear_request', {}]),
    // A signal is served by the nanny of any engine, also while the engine itself is busy.
    interrupt: (options = {}) => askEngines(session, options, () => ['signal_request', { sig: sigint }]),
  };
}

/** Asks all and waits for all; rejects with the first error then. */
export async function askEngines(
  session: Session,
  { targets = 'all', timeoutMs }: TargetOptions,
  request: (engine: EngineRef) => readonly [msgType: string, content: object],
): Promise<void> {
  const options: AskOptions = timeoutMs === undefined ? {} : { timeoutMs };
  const ends = await Promise.allSettled(
    resolveTargets(targets, session.engines).map((engine) => session.ask(...request(engine), { ...options, engine })),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
