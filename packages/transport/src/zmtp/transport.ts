import type { OnTransportError, Socket, Transport } from '../port.ts';
import { createBudget } from './budget.ts';
import type { ZmtpCounters } from './counters.ts';
import { createCounters } from './counters.ts';
import { createFlusher } from './flusher.ts';
import type { ZmtpLimits } from './limits.ts';
import { defaultLimits } from './limits.ts';
import type { Heartbeat } from './link.ts';
import { createPackBlock } from './pack-block.ts';
import type { Shared } from './shared.ts';
import { openZmtpSocket } from './socket.ts';

export interface ZmtpTransportOptions {
  readonly onError: OnTransportError;
  /** Those that are to differ from the defaults. */
  readonly limits?: Partial<ZmtpLimits>;
  /** Default: no pings of our own. */
  readonly heartbeat?: Heartbeat;
}

export interface ZmtpTransport extends Transport {
  readonly counters: Readonly<ZmtpCounters>;
}

/** ZMTP 3.1 with the NULL mechanism over node:net. Sockets with `curve` are not for it: `open` ignores that option. */
export function createZmtpTransport({ onError, limits: given, heartbeat }: ZmtpTransportOptions): ZmtpTransport {
  const limits = { ...defaultLimits(), ...given };
  const counters = createCounters();
  let connections = 0;
  const shared: Shared = {
    limits,
    counters,
    budget: createBudget(limits, counters),
    flusher: createFlusher(),
    block: createPackBlock(),
    heartbeat,
    onError,
    enter() {
      if (connections >= limits.connections) return false;
      connections++;
      return true;
    },
    leave() {
      connections--;
    },
  };
  const open = new Set<Socket>();
  return {
    counters,
    open(options) {
      const socket = openZmtpSocket(options, shared, (gone) => open.delete(gone));
      open.add(socket);
      return socket;
    },
    async close() {
      await Promise.all([...open].map((socket) => socket.close()));
    },
  };
}
