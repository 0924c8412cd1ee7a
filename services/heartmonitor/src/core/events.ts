/** What the heartmonitor is told. */
export type HeartmonitorEvent =
  /** Begin to beat. */
  | { readonly type: 'monitor.started' }
  /** An answer to a ping: the engine's identity and the ping's text. */
  | { readonly type: 'pong.received'; readonly uuid: string; readonly text: string }
  /** All engines that the hub has now, and those whose first beat it waits for. */
  | { readonly type: 'engines.listed'; readonly uuids: readonly string[]; readonly pending: readonly string[] }
  | { readonly type: 'registration.pending'; readonly uuid: string }
  | { readonly type: 'registration.ended'; readonly uuid: string }
  | { readonly type: 'engine.registered'; readonly uuid: string }
  | { readonly type: 'engine.unregistered'; readonly uuid: string };
