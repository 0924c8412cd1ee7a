import type { Failure, Outcome, Request } from './request.ts';

/** What the kernel's core is told. */
export type KernelEvent =
  /** The controller gave the engine its number: from now on it publishes and runs. */
  | { readonly type: 'kernel.registered'; readonly id: number }
  | { readonly type: 'request.received'; readonly request: Request }
  /** It cannot be run, and gets this answer at once. */
  | { readonly type: 'request.refused'; readonly request: Request; readonly failure: Failure }
  /** User code came to an end. `run` is the number that run.start gave. */
  | { readonly type: 'run.ended'; readonly run: number; readonly outcome: Outcome }
  /** A client asks to abort what has not started: these ids, or everything that waits when there are none (§4.6). */
  | { readonly type: 'abort.asked'; readonly msgIds: readonly string[]; readonly serial: number }
  /** All that had reached this machine when aborting began has been received. */
  | { readonly type: 'aborting.settled' }
  | { readonly type: 'interrupt.asked' }
  | { readonly type: 'shutdown.asked'; readonly restart: boolean };
