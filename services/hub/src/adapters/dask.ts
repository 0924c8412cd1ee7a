import type { JsonObject } from '@muster/protocol';
import type { HubEvent } from '../core/index.ts';

/** A dask scheduler that runs. */
export interface RunningDask {
  /** `tcp://IP:PORT`. */
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * Starts a dask scheduler with the arguments of a become_dask_request (`ip`/`host` and `port` are understood).
 * Rejects with an error whose message says what is missing.
 */
export type StartDask = (args: JsonObject) => Promise<RunningDask>;

export interface DaskKeeper {
  start(args: JsonObject): void;
  /** Also one that is still starting. Resolves when nothing runs. */
  stop(): Promise<void>;
}

/** Starts and ends the one scheduler in order, and tells the core what came of it. */
export function createDaskKeeper(startDask: StartDask, dispatch: (event: HubEvent) => void): DaskKeeper {
  let running: RunningDask | undefined;
  let last = Promise.resolve();
  async function start(args: JsonObject): Promise<void> {
    try {
      await running?.stop();
      running = await startDask(args);
      dispatch({ type: 'dask.started', address: running.address });
    } catch (error) {
      dispatch({ type: 'dask.failed', why: (error as Error).message });
    }
  }
  return {
    start(args) {
      last = last.then(() => start(args));
    },
    stop() {
      last = last.then(async () => {
        const ending = running;
        running = undefined;
        await ending?.stop();
      });
      return last;
    },
  };
}

/** For a controller that cannot start one. */
export const noDask: StartDask = () =>
  Promise.reject(new Error('this controller cannot start a dask scheduler: it was built without one'));
