/** What the heartmonitor wants done. */
export type HeartmonitorSend =
  /** Publish one ping to all engines. */
  | { readonly type: 'ping.publish'; readonly text: string }
  /** This engine is alive and its connections stand. */
  | { readonly type: 'heart.start'; readonly uuid: string }
  /** This engine has missed too many pings. */
  | { readonly type: 'heart.stop'; readonly uuid: string };
