import type { Socket, SocketKind } from './port.ts';

/** Channels of a controller, by their keys in the connection files (§1.2). */
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

/** Which peers connect to a socket. Registration is bound for both at once; ask for it as 'engine'. */
export type Side = 'client' | 'engine';

/**
 * How a service gets its binding sockets: whoever composes the services decides addresses, ports and CURVE keys, and
 * remembers the ports for the connection files.
 */
export interface BoundSockets {
  /** Rejects with MusterError `port_in_use`. */
  open(options: {
    readonly kind: SocketKind;
    readonly channel: Channel;
    readonly side: Side;
    readonly identity?: string;
  }): Promise<Socket>;
}
