// What test and subject say to each other.
import type { ZmtpTransport } from '@muster/transport/zmtp';

export interface Setting {
  readonly kind: string;
  readonly options?: object;
  readonly limits?: Readonly<Record<string, number>>;
  readonly heartbeat?: { readonly intervalMs: number; readonly timeoutMs: number };
  /** It connects there; without it binds. */
  readonly connectTo?: string;
  /** A PUB: a kilobyte every 5 ms. */
  readonly publishes?: boolean;
}

export type Asked = { readonly id: number } & (
  | ({ readonly do: 'start' } & Setting & { readonly limits: Readonly<Record<string, number>> })
  | { readonly do: 'figures' }
  | { readonly do: 'connect'; readonly endpoint: string }
  | { readonly do: 'send'; readonly peer: string; readonly count: number; readonly size: number }
);

export interface Told {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

export interface Figures {
  readonly rss: number;
  /** Heap and buffers, garbage collected. */
  readonly held: number;
  readonly received: number;
  readonly errors: readonly string[];
  readonly counters: ZmtpTransport['counters'];
  /** Open TCP sockets. */
  readonly handles: number;
}
