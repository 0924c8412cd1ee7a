import type { JsonObject } from '@muster/protocol';
import { MusterError } from '@muster/protocol';
import type { HubEvent } from '../core/index.ts';

/** A dask scheduler that runs. */
export interface RunningDask {
  /** `tcp://IP:PORT`. */
  readonly address: string;
  /** Resolves, when it is not there any more, to the reason. */
  readonly ended: Promise<string>;
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
  async function stopRunning(): Promise<void> {
    const ending = running;
    running = undefined;
    await ending?.stop();
  }
  async function start(args: JsonObject): Promise<void> {
    try {
      await stopRunning();
      const started = await startDask(args);
      running = started;
      dispatch({ type: 'dask.started', address: started.address });
      void started.ended.then((why) => {
        if (running !== started) return;
        running = undefined;
        dispatch({ type: 'dask.ended', why });
      });
    } catch (error) {
      dispatch({ type: 'dask.failed', why: explain(error as Error) });
    }
  }
  return {
    start(args) {
      last = last.then(() => start(args));
    },
    stop() {
      last = last.then(stopRunning);
      return last;
    },
  };
}

const explain = (error: Error): string =>
  error instanceof MusterError ? `${error.message} ${error.remedy}` : error.message;

/** For a controller that cannot start one. */
export const noDask: StartDask = () =>
  Promise.reject(new Error('this controller cannot start a dask scheduler: it was built without one'));
