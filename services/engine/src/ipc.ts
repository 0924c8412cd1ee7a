// What nanny and kernel tell each other; where the kernel is Node's, over the channel between parent and child.
import type { EngineConnection, JsonObject } from '@muster/protocol';
import type { LogFileLimits } from '@muster/telemetry/log-file';
import type { TransportName } from '@muster/transport';
import type { LogFormat, LogLevel } from './log.ts';

/** Nanny → kernel. */
export type ToKernel =
  | { readonly type: 'connect'; readonly setup: KernelSetup }
  | { readonly type: 'registered'; readonly id: number }
  | { readonly type: 'abort'; readonly msgIds: readonly string[]; readonly serial: number }
  | { readonly type: 'clear'; readonly serial: number }
  | { readonly type: 'interrupt'; readonly serial: number }
  | { readonly type: 'end'; readonly restart: boolean };

/** What a kernel has to know to serve. */
export interface KernelSetup {
  readonly uuid: string;
  /** With the interface by which the controller is reached. */
  readonly connection: EngineConnection;
  readonly transport: TransportName;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** Besides stderr; undefined: not. */
  readonly logFile: LogFileLimits | undefined;
  /** Code to run before the first request of each kernel, also after a restart, with a name for its errors. */
  readonly startup: readonly { readonly name: string; readonly code: string }[];
  readonly maxMessageBytes: number;
  readonly maxQueued: number;
}

/** Kernel → nanny. */
export type ToNanny =
  /** Its program is loaded; milliseconds since the process began. */
  | { readonly type: 'loaded'; readonly sinceStartMs: number }
  /** All its sockets connect. */
  | { readonly type: 'ready'; readonly sinceStartMs: number }
  /** An abort or clear is done. */
  | { readonly type: 'done'; readonly serial: number; readonly failure?: JsonObject | undefined }
  | { readonly type: 'interrupted'; readonly serial: number; readonly what: Interrupted }
  /** It cannot serve. */
  | { readonly type: 'failed'; readonly why: string; readonly remedy?: string | undefined };

/**
 * What an interrupt met: nothing, code that was waiting, code that was in a loop, or (in a Jupyter kernel) either. `ended`: the kernel
 * ended before the code did.
 */
export type Interrupted = 'idle' | 'waiting' | 'looping' | 'running' | 'ended';

/** File descriptor of the kernel's watch: the nanny writes the serial of each interrupt there, and its end is the nanny's. */
export const watchFd = 4;
