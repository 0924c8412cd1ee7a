import type { AsyncResult } from './async-result.ts';
import type { BroadcastView, BroadcastViewOptions } from './broadcast-view.ts';
import type { EngineRef } from './core/engine-list.ts';
import type { Targets } from './core/targets.ts';
import type { DirectView, DirectViewOptions } from './direct-view.ts';
import type { EngineControl, TargetOptions } from './engine-control.ts';
import type { HubQueries } from './hub-queries.ts';
import type { LoadBalancedView, TaskOptions } from './load-balanced-view.ts';

export interface ClientEvents {
  'engine.registered': EngineRef;
  'engine.unregistered': EngineRef;
  /** Requests were open and nothing was heard for `goneMs`; they have been failed. The client goes on trying. */
  'controller.lost': { readonly silentMs: number };
  /** A socket had a problem that belongs to no request; it goes on. */
  'transport.failed': Error;
  /** It said that it ends; the client closes. */
  'controller.stopped': undefined;
}

export interface WaitForEnginesOptions {
  /** Default 60,000. */
  readonly timeoutMs?: number;
  readonly onProgress?: (progress: { readonly registered: number; readonly wanted: number }) => void;
}

export interface ShutdownOptions extends TargetOptions {
  /** Also end the controller, after the engines; the client closes then. Default false. */
  readonly hub?: boolean;
  /** Engines start again where their launcher allows it. Default false. */
  readonly restart?: boolean;
}

/** What has come in since the client was made. */
export interface ClientCounters {
  readonly received: number;
  /** Messages that were dropped, by error code: `bad_signature`, `not_a_message`, `replayed`… */
  readonly dropped: Readonly<Record<string, number>>;
  /** Answers for which nobody waited. */
  readonly stale: number;
}

/** What is open now. All are 0 when nothing is under way. */
export interface ClientLoad {
  /** Tasks without an answer. */
  readonly tasks: number;
  /** Tasks with an answer, whose output may go on. */
  readonly trailing: number;
  /** Questions to controller and engines. */
  readonly questions: number;
}

/** A connection to a cluster. Made by `connect`; keeps the process alive until it is closed. */
export interface Client extends HubQueries, EngineControl, AsyncDisposable {
  /** Ids of the engines that are there, ascending. */
  readonly ids: readonly number[];
  /** The engines that are there. */
  readonly engines: readonly EngineRef[];
  /** Session of this client: its messages' ids begin with it. */
  readonly session: string;
  readonly counters: ClientCounters;
  readonly load: ClientLoad;
  /** Resolves to the ids as soon as so many engines are there. Rejects with MusterError `timeout`. */
  waitForEngines(count: number, options?: WaitForEnginesOptions): Promise<readonly number[]>;
  /** Engines addressed directly: one by its id, several by a list, or 'all' that are there when a request is made. */
  view(target: number, options?: DirectViewOptions): DirectView<false>;
  view(targets?: readonly number[] | 'all', options?: DirectViewOptions): DirectView<true>;
  view(targets: Targets, options?: DirectViewOptions): DirectView;
  /** Whichever engine is free. */
  loadBalancedView(options?: TaskOptions): LoadBalancedView;
  /** Many engines by one message. */
  broadcastView(options?: BroadcastViewOptions): BroadcastView;
  /** The results of any tasks by their ids, from the controller's records. Waits for those that have not ended. */
  getResult(msgIds: readonly string[]): AsyncResult<unknown[], unknown>;
  /** Runs tasks again from their records, on any engine. Gives the ids of the new tasks, for getResult. */
  resubmit(msgIds: readonly string[]): Promise<readonly string[]>;
  /** Ends engines, and with `hub` the controller too. */
  shutdown(options?: ShutdownOptions): Promise<void>;
  /** Calls back at each such event. Returns the function that ends it. */
  on<K extends keyof ClientEvents>(event: K, listener: (detail: ClientEvents[K]) => void): () => void;
  /** Closes the sockets. What is still open fails with MusterError `client_closed`; the tasks themselves go on. */
  close(): Promise<void>;
}
