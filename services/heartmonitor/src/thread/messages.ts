// What the heartmonitor's thread and the main thread tell each other. Everything here can be cloned.
import type { EngineList, FactOf } from '@muster/bus';
import type { ErrorCode } from '@muster/protocol';
import type { BindingOptions, TransportName } from '@muster/transport';
import type { HeartmonitorConfig } from '../config.ts';

/** Facts that the heartmonitor hears, and those that it publishes: all that passes between the two buses. */
export const heardFacts = [
  'registration.pending',
  'registration.ended',
  'engine.registered',
  'engine.unregistered',
  'service.started',
] as const;
export const toldFacts = ['heart.started', 'heart.stopped'] as const;

/** What the thread binds. */
export type HeartbeatPorts = Readonly<Record<'hb_ping' | 'hb_pong', number>>;

/** How the thread's sockets are to be bound, by a transport of its own. */
export type ThreadBinding = Omit<BindingOptions, 'transport'> & { readonly transport: TransportName };

/** What the thread is started with. */
export interface ThreadStart {
  readonly binding: ThreadBinding;
  readonly config: HeartmonitorConfig;
}

export type ToThread =
  | { readonly fact: FactOf<(typeof heardFacts)[number]> }
  | { readonly call: 'start' | 'stop' }
  /** Answered by `resynced`. */
  | { readonly call: 'resync' }
  /** To the question of that id. */
  | { readonly id: number; readonly list: EngineList }
  | { readonly id: number; readonly failed: string };

export type FromThread =
  /** Once, as the first: the sockets are bound, or they cannot be. */
  | { readonly bound: HeartbeatPorts }
  | { readonly refused: { readonly code: ErrorCode; readonly message: string; readonly remedy: string } }
  | { readonly fact: FactOf<(typeof toldFacts)[number]> }
  /** engines.list; until an answer comes it may be asked again, by another id. */
  | { readonly id: number; readonly timeoutMs: number }
  | { readonly resynced: true }
  /** The last: the thread has an error that nobody took, and ends. */
  | { readonly failed: string }
  | { readonly level: LogLevel; readonly fields: object; readonly text: string };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
