// The heartmonitor of a controller: in this thread, as the simulation has it, or in one of its own, as programs do.
import type { Bus } from '@muster/bus';
import type { HeartmonitorConfig, HeartmonitorService, HeartmonitorServiceOptions } from '@muster/heartmonitor';
import { createHeartmonitorService } from '@muster/heartmonitor';
import { createHeartmonitorThread, type ThreadBinding } from '@muster/heartmonitor/thread';
import type { Logger } from '@muster/telemetry';
import type { ChannelKey, TransportName } from '@muster/transport';

/** Heartbeats in a thread of their own: a busy controller keeps no engine waiting. */
export interface HeartbeatThread {
  /** The thread opens a transport of its own. */
  readonly transport: TransportName;
  /** The thread cannot be kept running; without it engines take the controller for dead, so it should end. */
  readonly onFailed: (error: Error) => void;
}

export interface Heartbeats extends Pick<HeartmonitorService, 'start' | 'resync' | 'stop'> {
  /** What is remembered of engines; nothing is known of another thread. */
  leftovers(): string[];
  /** Ports that it has bound by itself. */
  readonly ports: Readonly<Partial<Record<ChannelKey, number>>>;
}

export interface ThreadOptions extends HeartbeatThread {
  readonly bus: Bus;
  readonly log: Logger;
  readonly binding: Omit<ThreadBinding, 'transport'>;
  readonly config: HeartmonitorConfig;
}

/** Rejects with MusterError `port_in_use`. */
export async function startHeartbeatThread(options: ThreadOptions): Promise<Heartbeats> {
  const { transport, binding } = options;
  const thread = await createHeartmonitorThread({ ...options, binding: { ...binding, transport } });
  const { start, resync, stop } = thread;
  const { hb_ping, hb_pong } = thread.ports;
  return { start, resync, stop, leftovers: () => [], ports: { 'engine:hb_ping': hb_ping, 'engine:hb_pong': hb_pong } };
}

/** Rejects with MusterError `port_in_use`. */
export const startHeartbeats = async (options: HeartmonitorServiceOptions): Promise<Heartbeats> => ({
  ...(await createHeartmonitorService(options)),
  ports: {},
});
