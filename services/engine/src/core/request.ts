import type { Frames, Header, JsonObject, PeerId } from '@muster/protocol';

/** A request of a client, verified, as the shell socket got it (§2.1). */
export interface Request {
  /** The controller's socket that passed it on. */
  readonly peer: PeerId;
  /** Routing ids behind that: they go in front of the answer, as they are. */
  readonly ids: Frames;
  readonly header: Header;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  /** Memory of their own: they may be kept. */
  readonly buffers: Frames;
  /** It came from the task scheduler, which moves a task to another engine when told that a dependency is unmet. */
  readonly balanced: boolean;
}

/** Load-balanced requests say so in their metadata (§4.4); resubmitted ones only by the socket that they come from. */
export const isBalanced = (peer: PeerId, metadata: JsonObject): boolean =>
  peer === 'task_out' || 'follow' in metadata || 'after' in metadata || 'retries' in metadata;

/** What a run of user code came to. */
export type Outcome =
  | {
      readonly status: 'ok';
      /** Value of the last expression of a cell, by MIME type; undefined when it has none. */
      readonly display?: JsonObject | undefined;
      readonly userExpressions?: JsonObject;
      /** Result of a call. */
      readonly buffers?: Frames;
    }
  | Failure;

/** An error of user code, or of the engine on its behalf. */
export interface Failure {
  readonly status: 'error';
  /** Name of the error; `UnmetDependency` and `WrongKernel` move a balanced task to another engine. */
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** Name of the error of a task that only another kernel can run. */
export const wrongKernel = 'WrongKernel';

export const failure = (ename: string, evalue: string): Failure => ({
  status: 'error',
  ename,
  evalue,
  traceback: [`${ename}: ${evalue}`],
});
