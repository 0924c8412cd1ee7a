import type { Fact } from '@muster/bus';
import type { Outbox } from '@muster/machine';
import type { Frames, Header, JsonObject, Microseconds, PeerId } from '@muster/protocol';
import type { StoredEngine, TaskPatch, TaskQuery, WhenMissing } from '@muster/task-store';
import type { Door } from './doors.ts';

export interface RecordWrite {
  readonly type: 'record.put';
  readonly msgId: string;
  readonly patch: TaskPatch;
  readonly whenMissing: WhenMissing;
}

/** For the hub that comes after this one. */
export type EngineWrite =
  | { readonly type: 'engine.put'; readonly engine: StoredEngine }
  | { readonly type: 'engine.remove'; readonly uuid: string };

export type HubWrite = RecordWrite | EngineWrite;

export type StoreQuestion =
  | { readonly type: 'find'; readonly msgIds: readonly string[] }
  | { readonly type: 'query'; readonly query: TaskQuery; readonly keys: readonly string[] | null }
  | { readonly type: 'history' }
  /** A removal is a question, because the asker is told when it fails. */
  | { readonly type: 'remove'; readonly msgIds: readonly string[]; readonly where: readonly TaskQuery[] };

/** Things that a person who reads the log should know. */
export type NoteKind =
  | 'engine registering'
  | 'engine registered'
  | 'engine is back'
  | 'engine unregistered'
  | 'registration refused'
  | 'registration given up'
  | 'direct request for an engine that is not registered'
  | 'direct requests given up, their engine is gone'
  | 'direct requests were lost on their way'
  | 'taken over from the hub before'
  | 'an engine that nobody registered here is told to end'
  | 'request refused'
  | 'tasks resubmitted'
  | 'task forgotten, too many are pending'
  | 'shutdown requested'
  | 'shutdown refused'
  | 'a dask scheduler listens'
  | 'the dask scheduler has ended by itself';

export type HubSend =
  | {
      readonly type: 'query.reply';
      readonly door: Door;
      readonly peer: PeerId;
      readonly msgType: string;
      readonly parent: JsonObject;
      readonly content: object;
      readonly buffers: Frames;
      /** Registration replies carry the ports of the controller, which the shell knows. */
      readonly withConnectionInfo?: true;
    }
  | { readonly type: 'clients.notify'; readonly msgType: string; readonly parent: JsonObject; readonly content: object }
  | {
      readonly type: 'fact.publish';
      readonly fact: Extract<
        Fact,
        {
          type:
            | 'registration.pending'
            | 'registration.ended'
            | 'engine.registered'
            | 'engine.unregistered'
            | 'direct.probe';
        }
      >;
    }
  /** Sign this request and hand it to the task scheduler, for nobody (§4.7, resubmit_request). */
  | {
      readonly type: 'task.resubmit';
      readonly header: Header;
      readonly content: JsonObject;
      readonly buffers: Frames;
    }
  /** Tell the client of a direct request, by the relay, that it was lost. */
  | {
      readonly type: 'request.fail';
      readonly engineUuid: string;
      /** Header of the request. */
      readonly parent: Header;
      readonly msgType: string;
      readonly content: object;
    }
  | { readonly type: 'store.ask'; readonly askId: number; readonly question: StoreQuestion }
  /** Remove results that came before that moment. */
  | { readonly type: 'store.expire'; readonly receivedBefore: Microseconds }
  /** The engine-state file is out of date. */
  | { readonly type: 'engine-state.save' }
  /** Ask an engine that is not registered, by control, to end (§4.6). */
  | { readonly type: 'engine.dismiss'; readonly engineUuid: string }
  | { readonly type: 'dask.start'; readonly args: JsonObject }
  | { readonly type: 'dask.stop' }
  | { readonly type: 'controller.stop' }
  | { readonly type: 'note'; readonly level: 'info' | 'warn'; readonly what: NoteKind; readonly fields: object };

export type Out = Outbox<HubWrite, HubSend>;
