import type { Channel, Side } from '@muster/protocol';
import type { Socket, SocketKind } from './port.ts';

export type { Channel, ChannelKey, Side } from '@muster/protocol';

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
    readonly tellsConnections?: boolean;
  }): Promise<Socket>;
}
