import type { Outbox } from '@muster/machine';
import type { Frames, Header, JsonObject, Message, PeerId } from '@muster/protocol';
import type { MirroredChannel } from './events.ts';

/** What the relay wants done. */
export type RelaySend =
  /**
   * A client's request to its engine, then, of mux, a copy to the hub: what the hub makes of it takes longer than passing
   * it on, and nobody waits for that. Frames: client id, delimiter and at least five more.
   */
  | {
      readonly type: 'request.pass';
      readonly channel: MirroredChannel;
      readonly engine: PeerId;
      readonly frames: Frames;
    }
  /** An engine's answer to its client, then, of mux, a copy to the hub. Frames: engine uuid, delimiter and at least five more. */
  | {
      readonly type: 'reply.pass';
      readonly channel: MirroredChannel;
      readonly engine: PeerId;
      readonly client: PeerId;
      readonly frames: Frames;
    }
  /** Frames to an engine, as they are. */
  | { readonly type: 'engine.send'; readonly channel: 'control'; readonly engine: PeerId; readonly frames: Frames }
  /** Frames to a client, as they are. */
  | { readonly type: 'client.send'; readonly channel: 'broadcast'; readonly client: PeerId; readonly frames: Frames }
  /** Frames to the client of a session, by mux. */
  | { readonly type: 'session.send'; readonly session: string; readonly frames: Frames }
  /** A message of the relay's own making, still to be signed. */
  | {
      readonly type: 'client.answer';
      readonly channel: MirroredChannel | 'broadcast';
      readonly client: PeerId;
      /** The type of the reply; undefined: the header below is used as it is. */
      readonly replyType?: string;
      readonly header?: Header;
      readonly parentHeader: JsonObject;
      readonly metadata: JsonObject;
      readonly content: object;
      readonly buffers: Frames;
      /** The request, where its signature has not been checked: who cannot sign gets no answer (§3.3). */
      readonly unverified?: Message;
    }
  /** One broadcast request to many engines: parts packed once, the msg_id and target differ. */
  | { readonly type: 'engines.broadcast'; readonly request: BroadcastRequest }
  /** Frames to all clients. */
  | { readonly type: 'clients.publish'; readonly frames: Frames }
  /** Tell the hub of what was published; the delimiter is the frame at `at`. */
  | { readonly type: 'iopub.copy'; readonly frames: Frames; readonly at: number }
  /** Ask the hub which engines there are (event engines.listed). */
  | { readonly type: 'engines.ask' }
  /** Send the engine a request that does nothing, in the name of `client`. */
  | { readonly type: 'engine.probe'; readonly engine: PeerId; readonly client: PeerId }
  /** Tell the hub that the engine has come to the probe, if this answer says so; frames from the delimiter on. */
  | { readonly type: 'probe.answer'; readonly engine: PeerId; readonly probe: string; readonly frames: Frames }
  /** Something was dropped; for the log. */
  | { readonly type: 'message.drop'; readonly where: string; readonly why: string };

export type Out = Outbox<never, RelaySend>;

export interface BroadcastRequest {
  readonly client: PeerId;
  /** The engines, in the order in which the client lists them. */
  readonly targets: readonly Target[];
  /** Header of the request; its msg_id becomes `<originalId>_<uuid>`. */
  readonly header: Header;
  readonly metadata: JsonObject;
  readonly originalId: string;
  /** parent_header, content and buffers go through as they are. */
  readonly parentHeader: Uint8Array;
  readonly content: Uint8Array;
  readonly buffers: Frames;
}

/** uuid and id of an engine, as clients list them. */
export type Target = readonly [uuid: string, id: number];
