import type { Frames, JsonObject } from '@muster/protocol';
import type { Request } from './request.ts';

/** What the kernel's core wants done. */
export type KernelEffect =
  /** Answer to a request, in front of its routing ids. */
  | {
      readonly type: 'reply.send';
      readonly request: Request;
      readonly msgType: string;
      readonly metadata: JsonObject;
      readonly content: JsonObject;
      readonly buffers: Frames;
    }
  | {
      readonly type: 'iopub.publish';
      /** Behind `engine.<id>.` (§2.5). */
      readonly topic: string;
      readonly msgType: string;
      /** Header of the request; {} for what belongs to none. */
      readonly parent: JsonObject;
      readonly metadata: JsonObject;
      readonly content: JsonObject;
    }
  /** Start user code, soon: never within this step. */
  | {
      readonly type: 'run.start';
      readonly run: number;
      readonly kind: 'execute' | 'apply';
      readonly request: Request;
      readonly executionCount: number;
      readonly silent: boolean;
    }
  | { readonly type: 'run.interrupt'; readonly run: number }
  /** Publish what user code has written so far. */
  | { readonly type: 'output.flush' }
  /** Come back with aborting.settled when everything that has reached this machine has been received. */
  | { readonly type: 'aborting.settle' }
  /** What was asked for by this abort is done. */
  | { readonly type: 'abort.confirm'; readonly serial: number }
  /** Nothing more will come: let the messages out, then end the process. */
  | { readonly type: 'kernel.end'; readonly restart: boolean };
