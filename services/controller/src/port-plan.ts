// Which port each channel gets, decided before anything is bound (§1.5).
import type { ClientConnection, EngineConnection } from '@muster/protocol';
import type { Channel, ChannelKey } from '@muster/transport';

/**
 * Ports wanted, by channel; a channel without entry takes any free port. Broadcast has several for engines, as a tree of Python's
 * schedulers has leaves: here all of them are one socket, but either controller can take over from the other (§7.5).
 */
export type PortPlan = Partial<Record<ChannelKey, number | readonly number[]>>;

/** As Python's controller has by default (§2.4). */
const leaves = 2;

/** In the order in which pools are used up (§1.5). Registration that is shared counts as the engines'. */
const engineOrder: readonly Channel[] = [
  'registration',
  'control',
  'mux',
  'task',
  'iopub',
  'hb_ping',
  'hb_pong',
  'broadcast',
];
const clientOrder: readonly Channel[] = ['control', 'mux', 'task', 'iopub', 'notification', 'broadcast'];

/** In strict mode clients have a registration port of their own: the last, so that it moves no other. */
const clientChannels = (isStrict: boolean): readonly Channel[] =>
  isStrict ? [...clientOrder, 'registration'] : clientOrder;

export interface PortPools {
  readonly ports: readonly number[];
  readonly enginePorts: readonly number[];
  readonly clientPorts: readonly number[];
  readonly registrationPort: number | null;
}

/** Hands out the pools' ports: a side's own pool first, then the common one, then free ones. */
export function planPorts(pools: PortPools, isStrict: boolean): PortPlan {
  const registration = pools.registrationPort === null ? [] : [pools.registrationPort];
  const engine = [...registration, ...pools.enginePorts];
  const client = [...pools.clientPorts];
  const common = [...pools.ports];
  const plan: PortPlan = {};
  const next = (own: number[]): number | undefined => own.shift() ?? common.shift();
  const take = (key: ChannelKey, own: number[]): void => {
    const port = key === 'engine:broadcast' ? Array.from({ length: leaves }, () => next(own) ?? 0) : next(own);
    if (port !== undefined) plan[key] = port;
  };
  for (const channel of engineOrder) take(`engine:${channel}`, engine);
  for (const channel of clientChannels(isStrict)) take(`client:${channel}`, client);
  return plan;
}

/** Channels of a side with pools for which these were too small: they take free ports, which a firewall may not let through. */
export function portsMissing(pools: PortPools, plan: PortPlan, isStrict: boolean): readonly ChannelKey[] {
  const missing = (side: 'client' | 'engine', own: readonly number[], channels: readonly Channel[]): ChannelKey[] =>
    own.length + pools.ports.length === 0
      ? []
      : channels
          .map((channel): ChannelKey => `${side}:${channel}`)
          .filter((key) => [plan[key] ?? 0].flat().includes(0));
  return [
    ...missing('engine', pools.enginePorts, engineOrder),
    ...missing('client', pools.clientPorts, clientChannels(isStrict)),
  ];
}

/** The plan that repeats an earlier controller's ports. */
export function planFromFiles(client: ClientConnection, engine: EngineConnection): PortPlan {
  const plan: PortPlan = {};
  for (const channel of engineOrder)
    plan[`engine:${channel}`] = engine[channel as keyof EngineConnection] as number | readonly number[];
  for (const channel of clientChannels(client.registration !== engine.registration))
    plan[`client:${channel}`] = client[channel as keyof ClientConnection] as number;
  return plan;
}
