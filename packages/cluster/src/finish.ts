// The end of a command that started processes: they are ended in every case but a good start with --daemonize.
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
