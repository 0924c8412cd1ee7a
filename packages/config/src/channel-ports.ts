// The ports of services that run apart: fixed, so that peers find a service again that was started anew, here or elsewhere.
import type { ChannelKey } from '@muster/protocol';
import { MusterError } from '@muster/protocol';

interface ChannelPort {
  /** A DNS label of at most 15 characters, as Kubernetes wants names of ports. */
  readonly name: string;
  readonly key: ChannelKey;
  readonly service: 'hub' | 'heartmonitor' | 'relay' | 'task-scheduler';
  /** Open only with strict CurveZMQ. */
  readonly strict?: true;
}

/** In the order of their ports: the first has the base port, the next the one behind it. */
export const channelPorts = [
  { name: 'registration', key: 'engine:registration', service: 'hub' },
  { name: 'notification', key: 'client:notification', service: 'hub' },
  { name: 'hb-ping', key: 'engine:hb_ping', service: 'heartmonitor' },
  { name: 'hb-pong', key: 'engine:hb_pong', service: 'heartmonitor' },
  { name: 'control-engine', key: 'engine:control', service: 'relay' },
  { name: 'control-client', key: 'client:control', service: 'relay' },
  { name: 'mux-engine', key: 'engine:mux', service: 'relay' },
  { name: 'mux-client', key: 'client:mux', service: 'relay' },
  { name: 'task-engine', key: 'engine:task', service: 'task-scheduler' },
  { name: 'task-client', key: 'client:task', service: 'task-scheduler' },
  { name: 'iopub-engine', key: 'engine:iopub', service: 'relay' },
  { name: 'iopub-client', key: 'client:iopub', service: 'relay' },
  { name: 'bcast-engine', key: 'engine:broadcast', service: 'relay' },
  { name: 'bcast-client', key: 'client:broadcast', service: 'relay' },
  { name: 'reg-client', key: 'client:registration', service: 'hub', strict: true },
] as const satisfies readonly ChannelPort[];

/** Within the ports of a Kubernetes node (30000 to 32767), so that one connection file serves inside and outside. */
export const defaultBasePort = 30_201;

/** A channel that services which run apart have a port for. */
export type FixedChannelKey = (typeof channelPorts)[number]['key'];
export type FixedPortPlan = Readonly<Record<FixedChannelKey, number>>;

/** The port of each channel. Throws MusterError `bad_option` when the last would lie beyond 65535. */
export function planFixedPorts(basePort: number): FixedPortPlan {
  const highest = 65_536 - channelPorts.length;
  if (!Number.isInteger(basePort) || basePort < 1 || basePort > highest)
    throw new MusterError(
      'bad_option',
      `${basePort} cannot be the base port: ${channelPorts.length} ports in a row are used from it on.`,
      `Give a number from 1 to ${highest}.`,
    );
  return Object.fromEntries(channelPorts.map(({ key }, offset) => [key, basePort + offset])) as FixedPortPlan;
}
