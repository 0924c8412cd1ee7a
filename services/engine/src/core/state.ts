import type { JsonObject } from '@muster/protocol';
import { kernelInfo } from './kernel-info.ts';
import type { Outcome, Request } from './request.ts';

export interface KernelSettings {
  /** Requests that may wait; more are refused with an error. */
  readonly maxQueued: number;
  /** Bytes of their buffers together. */
  readonly maxQueuedBytes: number;
  /** Ids that were aborted before they arrived; the oldest are forgotten. */
  readonly maxAbortedIds: number;
}

export const defaultKernelSettings: KernelSettings = {
  maxQueued: 100_000,
  maxQueuedBytes: 8 * 2 ** 30,
  maxAbortedIds: 65_536,
};

/** The request whose code runs. */
export interface Run {
  readonly number: number;
  readonly request: Request;
  readonly silent: boolean;
  readonly startedUs: number;
}

/** Which of the requests that wait are about to be aborted. Nothing starts meanwhile. */
type Aborting = 'nothing' | 'cells' | 'everything';

/** What kind of kernel it is. */
export interface KernelNature {
  /** As in `a Node engine`. */
  readonly label: string;
  /** Content of its kernel_info_reply. */
  readonly info: JsonObject;
}

export interface KernelState {
  readonly settings: KernelSettings;
  readonly nature: KernelNature;
  /** The engine's identity, also its session. */
  readonly uuid: string;
  /** Given by the controller. */
  id: number | undefined;
  /** In the order of their arrival. */
  waiting: Request[];
  waitingBytes: number;
  running: Run | undefined;
  runCount: number;
  /** Of cells that were not silent. */
  executionCount: number;
  aborting: Aborting;
  /** The error that began it: it is told when all that was sent before is here, so that nothing sent after is aborted. */
  held: Outcome | undefined;
  /** Aborts of everything that are to be confirmed. */
  confirmations: number[];
  readonly abortedIds: Set<string>;
  ending: boolean;
}

const nodeNature: KernelNature = { label: 'Node', info: kernelInfo('Muster: JavaScript and TypeScript on Node') };

export const createKernelState = (
  uuid: string,
  settings = defaultKernelSettings,
  nature = nodeNature,
): KernelState => ({
  settings,
  nature,
  uuid,
  id: undefined,
  waiting: [],
  waitingBytes: 0,
  running: undefined,
  runCount: 0,
  executionCount: 0,
  aborting: 'nothing',
  held: undefined,
  confirmations: [],
  abortedIds: new Set(),
  ending: false,
});
