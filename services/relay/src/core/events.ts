import type { Frames, Message, PeerId } from '@muster/protocol';

/** Channels that are mirrored: what comes in on one side goes out on the other with its two ids swapped (§2.2). */
export type MirroredChannel = 'mux' | 'control';

/** What the relay is told. Frames are those behind the sender's identity. */
export type RelayEvent =
  /** A client's request; frames: engine uuid, delimiter, …. */
  | {
      readonly type: 'client.sent';
      readonly channel: MirroredChannel;
      readonly client: PeerId;
      readonly frames: Frames;
    }
  /** An engine's answer; frames: client id, delimiter, …. */
  | {
      readonly type: 'engine.sent';
      readonly channel: MirroredChannel;
      readonly engine: PeerId;
      readonly frames: Frames;
    }
  /** A broadcast request, verified. */
  | { readonly type: 'broadcast.requested'; readonly client: PeerId; readonly message: Message }
  /** An engine's answer to a broadcast, verified. */
  | { readonly type: 'broadcast.replied'; readonly engine: PeerId; readonly client: PeerId; readonly message: Message }
  /** Anything that an engine published. */
  | { readonly type: 'engine.published'; readonly frames: Frames }
  /** All engines that the hub has now. */
  | { readonly type: 'engines.listed'; readonly uuids: readonly string[] }
  /** The hub wants to know when this engine has answered what it was sent so far. */
  | { readonly type: 'probe.asked'; readonly engine: PeerId; readonly probe: string }
  /** The hub has given up a direct request; frames of the error: delimiter, …. */
  | { readonly type: 'request.lost'; readonly engine: PeerId; readonly session: string; readonly frames: Frames }
  /** An engine that is not registered is to end; frames of the request: delimiter, …. */
  | { readonly type: 'engine.dismissed'; readonly engine: PeerId; readonly frames: Frames }
  | { readonly type: 'engine.registered'; readonly uuid: string }
  | { readonly type: 'engine.unregistered'; readonly uuid: string };
