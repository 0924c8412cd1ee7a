// The channels of a controller (§1.2, §2).

/** Channels, by their keys in the connection files (§1.2). */
export type Channel =
  | 'registration'
  | 'notification'
  | 'control'
  | 'mux'
  | 'task'
  | 'broadcast'
  | 'iopub'
  | 'hb_ping'
  | 'hb_pong';

/** Which peers connect to a socket. Registration is bound for both at once, and counts as the engines'; in strict mode each side has its own. */
export type Side = 'client' | 'engine';

/** A channel of one side, by which ports are planned and remembered. */
export type ChannelKey = `${Side}:${Channel}`;
