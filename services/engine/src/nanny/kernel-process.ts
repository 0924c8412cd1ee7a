// The kernel as its nanny sees it: a port. Node's kernel is a child process that speaks it over a channel (node-kernel.ts);
// a Jupyter kernel is led by a bridge within the nanny's own process (../jupyter/bridge.ts).
import type { ToKernel, ToNanny } from '../ipc.ts';

export interface KernelExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface KernelProcess {
  send(message: ToKernel): void;
  /** Tells the kernel's watch of an interrupt, if it has one; it acts when the kernel itself does not. */
  alarm(serial: number): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when nothing of it is left. */
  readonly exited: Promise<KernelExit>;
}

export interface KernelStart {
  readonly cwd: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly onMessage: (message: ToNanny) => void;
}

/** What starts kernels of one kind. */
export interface KernelKind {
  /** What the controller and its clients are told, e.g. `node`. */
  readonly name: string;
  /** Whether it may turn out not to work at all: then the engine is registered only when its kernel has loaded. */
  readonly mayFail: boolean;
  start(options: KernelStart): KernelProcess;
}
