// Binding sockets of services: where they listen, with which keys, and which ports they got.
import { MusterError } from '@muster/protocol';
import { covers } from './addresses.ts';
import type { BoundSockets, ChannelKey, Side } from './bound-sockets.ts';
import type { Transport } from './port.ts';
import { type CurveServers, hasSeparateDoors } from './security.ts';

export interface BindingOptions {
  readonly transport: Transport;
  /** Address of each side, ready for `tcp://ADDRESS:PORT`. */
  readonly addresses: Readonly<Record<Side, string>>;
  /** Ports wanted, 0 for any free one; a channel without entry takes any. Of several each is listened on, by one socket. */
  readonly plan: Readonly<Partial<Record<ChannelKey, number | readonly number[]>>>;
  /** Without strict mode both sides meet at one registration socket, that of the engines. */
  readonly curve: CurveServers | undefined;
  readonly maxFrameBytes: number;
}

/** BoundSockets that remember their ports. */
export interface RecordedSockets extends BoundSockets {
  /** The port of a channel; throws when it was never opened. */
  port(key: ChannelKey): number;
  /** All its ports. */
  portsOf(key: ChannelKey): readonly number[];
}

export function createBoundSockets(options: BindingOptions): RecordedSockets {
  const { transport, addresses, plan, curve, maxFrameBytes } = options;
  const ports = new Map<ChannelKey, readonly number[]>();
  function portsOf(key: ChannelKey): readonly number[] {
    const bound = ports.get(key);
    if (bound === undefined) throw new MusterError('port_in_use', `The channel ${key} has not been bound.`);
    return bound;
  }
  return {
    async open({ channel, side, ...options }) {
      const key: ChannelKey = `${side}:${channel}`;
      const socket = transport.open({
        ...options,
        maxFrameBytes,
        ...(curve && { curve: curve[side] }),
      });
      const isShared = channel === 'registration' && !hasSeparateDoors(curve);
      const [first, second] = isShared ? sharedAddresses(addresses) : [addresses[side]];
      try {
        const bound: number[] = [];
        for (const wanted of [plan[key] ?? 0].flat()) {
          const endpoint = await socket.bind(`tcp://${first}:${wanted}`);
          const port = Number(endpoint.slice(endpoint.lastIndexOf(':') + 1));
          if (second !== undefined) await socket.bind(`tcp://${second}:${port}`);
          bound.push(port);
        }
        ports.set(key, bound);
      } catch (error) {
        await socket.close();
        throw error;
      }
      return socket;
    },
    port: (key) => portsOf(key)[0]!,
    portsOf,
  };
}

/** Where clients and engines share registration and neither address covers the other, it listens on both (§12.1). */
function sharedAddresses({ engine, client }: Readonly<Record<Side, string>>): [string, string?] {
  if (covers(engine, client)) return [engine];
  return covers(client, engine) ? [client] : [engine, client];
}
