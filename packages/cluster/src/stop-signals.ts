// Signals of a person or a system that end a foreground command.
import type { LaunchSignal } from '@muster/launchers';

export interface StopSignals {
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  dispose(): void;
}

/** `relay` gets the signals that are meant for the engines. With `interrupts`, the first Ctrl-C is one of them. */
export function listenForStop(relay: (signal: LaunchSignal) => void, interrupts = false): StopSignals {
  const stopping = new AbortController();
  const listeners: [NodeJS.Signals, () => void][] = [];
  const on = (signal: NodeJS.Signals, listener: () => void): void => {
    process.on(signal, listener);
    listeners.push([signal, listener]);
  };
  let interruptedAt = -Infinity;
  on('SIGINT', () => {
    const again = performance.now() - interruptedAt < 3000;
    interruptedAt = performance.now();
    if (!interrupts || again) stopping.abort();
    else relay('SIGINT');
  });
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) on(signal, () => stopping.abort());
  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) on(signal, () => relay(signal));
  return {
    signal: stopping.signal,
    dispose() {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}
