// The end of a command that started processes: they are ended in every case but a good start with --daemonize.
import type { Launcher, LaunchHandle } from '@muster/launchers';
import type { StopSignals } from './stop-signals.ts';

/**
 * Runs `run`; then, unless it succeeded and `leave` is set, `cleanUp`. A stop by signal is exit status 0. Once the clean-up
 * has begun, further signals do not hurry it: it is limited in time.
 */
export async function finish(
  run: () => Promise<number>,
  signals: StopSignals,
  leave: boolean,
  cleanUp: () => Promise<void>,
): Promise<number> {
  let left = false;
  try {
    const status = await run();
    left = leave;
    return status;
  } catch (error) {
    if (signals.signal.aborted && (error as Error).name === 'AbortError') return 0;
    throw error;
  } finally {
    try {
      if (!left) await cleanUp();
    } finally {
      signals.dispose();
    }
  }
}

/** Ends all engines at once, then the controller: an engine that can say goodbye ends at once, others wait for an answer. */
export async function removeInOrder(
  launcher: Launcher,
  controller: LaunchHandle | undefined,
  engineSets: readonly LaunchHandle[],
): Promise<void> {
  try {
    await Promise.all(engineSets.map((set) => launcher.remove(set)));
  } finally {
    if (controller !== undefined) await launcher.remove(controller);
  }
}
