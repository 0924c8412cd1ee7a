import type { FactOf } from '@muster/bus';
import type { Message, PeerId } from '@muster/protocol';
import type { Found, JsonRecord, StoredEngine } from '@muster/task-store';
import type { Door } from './doors.ts';
import type { LeftEngines } from './engine-state.ts';

/** Facts of the bus that the hub takes in, verified by then. */
export type HubFactType =
  | 'direct.requested'
  | 'direct.replied'
  | 'direct.probed'
  | 'task.received'
  | 'task.dispatched'
  | 'task.finished'
  | 'iopub.published'
  | 'heart.started'
  | 'heart.stopped'
  | 'service.started';
export type HubFact = FactOf<HubFactType>;

/** What the store answered to a question (effects.ts: StoreQuestion). */
export type StoreAnswer =
  | { readonly type: 'found'; readonly found: readonly Found[] }
  | { readonly type: 'records'; readonly records: readonly JsonRecord[] }
  | { readonly type: 'history'; readonly msgIds: readonly string[] }
  | { readonly type: 'removed' }
  | { readonly type: 'failed'; readonly ename: string; readonly evalue: string };

/** A request that has no result yet, as its record tells. */
export interface UnfinishedTask {
  readonly msgId: string;
  readonly queue: 'mux' | 'task';
  readonly msgType: string;
  readonly engineUuid: string | null;
}

export type HubEvent =
  | HubFact
  /** What an earlier controller on these ports has left and this one does not take over. */
  | { readonly type: 'hub.reused'; readonly former: readonly StoredEngine[] }
  /** What the hub before this one has left; the first event, if it comes at all. */
  | {
      readonly type: 'hub.restored';
      readonly stored: LeftEngines;
      /** In the order of submission. */
      readonly tasks: readonly UnfinishedTask[];
    }
  /** Everything is ready; told once, after what is restored. */
  | { readonly type: 'hub.started' }
  /** A message came in on the query channel, verified and fresh. */
  | { readonly type: 'query.received'; readonly door: Door; readonly peer: PeerId; readonly message: Message }
  /** The dask scheduler that was asked for listens, or cannot be had. */
  | { readonly type: 'dask.started'; readonly address: string }
  | { readonly type: 'dask.failed'; readonly why: string }
  /** It has ended by itself. */
  | { readonly type: 'dask.ended'; readonly why: string }
  | { readonly type: 'store.answered'; readonly askId: number; readonly answer: StoreAnswer };
