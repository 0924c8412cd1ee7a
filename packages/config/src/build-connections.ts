// The content of the two connection files (§1.2), from the ports and what else is known of a controller.
import type { ChannelKey, ClientConnection, EngineConnection, JsonObject, Side } from '@muster/protocol';
import { signatureScheme, withOldNames } from '@muster/protocol';
import { planFixedPorts } from './channel-ports.ts';

export type CurveServerKeys = Readonly<Record<Side, string>>;

/** What both files say alike, or per side. */
export interface ConnectionFacts {
  /** As peers write it behind `tcp://`: an IPv6 address stands in brackets. */
  readonly addresses: Readonly<Record<Side, string>>;
  readonly key: string;
  /** Public key of each side's sockets: with two different ones, each side has a registration port of its own. */
  readonly curveServerKeys: CurveServerKeys | null;
  readonly location: string;
  readonly ssh: Readonly<Record<Side, string>>;
  /** How tasks are placed, e.g. `leastload`; clients only show it. */
  readonly scheme: string;
}

export interface Connections {
  readonly client: ClientConnection;
  readonly engine: EngineConnection;
}

/** `portOf` is asked for the ports of all channels that there are. */
export function buildConnections(portOf: (key: ChannelKey) => number, facts: ConnectionFacts): Connections {
  const { curveServerKeys: keys } = facts;
  const isStrict = keys !== null && keys.client !== keys.engine;
  const registration: Readonly<Record<Side, number>> = {
    engine: portOf('engine:registration'),
    client: portOf(isStrict ? 'client:registration' : 'engine:registration'),
  };
  const common = (side: Side) => ({
    ssh: facts.ssh[side],
    interface: `tcp://${facts.addresses[side]}`,
    registration: registration[side],
    control: portOf(`${side}:control`),
    mux: portOf(`${side}:mux`),
    task: portOf(`${side}:task`),
    iopub: portOf(`${side}:iopub`),
  });
  const security = (side: Side) => ({
    key: facts.key,
    curve_serverkey: keys?.[side] ?? null,
    location: facts.location,
    pack: 'json',
    unpack: 'json',
    signature_scheme: signatureScheme,
  });
  return {
    client: withOldNames({
      ...common('client'),
      task_scheme: facts.scheme,
      notification: portOf('client:notification'),
      broadcast: portOf('client:broadcast'),
      ...security('client'),
    }),
    engine: withOldNames({
      ...common('engine'),
      hb_ping: portOf('engine:hb_ping'),
      hb_pong: portOf('engine:hb_pong'),
      broadcast: [portOf('engine:broadcast')],
      ...security('engine'),
    }),
  };
}

export interface FixedConnectionFacts {
  readonly basePort: number;
  /** By which clients and engines reach the services: a host name or an IP address (IPv6 with or without brackets). */
  readonly address: string;
  readonly key: string;
  readonly curveServerKeys: CurveServerKeys | null;
  /** Default: `leastload`. */
  readonly scheme?: string;
}

/** The connection files of services that run apart. Throws MusterError `bad_option` for a base port that cannot be. */
export function buildFixedConnections(facts: FixedConnectionFacts): Connections {
  const { basePort, address, key, curveServerKeys, scheme = 'leastload' } = facts;
  const plan: Partial<Record<ChannelKey, number>> = planFixedPorts(basePort);
  const host = address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
  return buildConnections((channel) => plan[channel]!, {
    addresses: { client: host, engine: host },
    key,
    curveServerKeys,
    location: address,
    ssh: { client: '', engine: '' },
    scheme,
  });
}

/** The part of the engines' file that a registration reply carries (§4.2); engines have the file itself. */
export function registrationInfo({ engine }: Connections): JsonObject {
  const { interface: address, registration, control, mux, task, iopub, hb_ping, hb_pong, broadcast } = engine;
  return { interface: address, registration, control, mux, task, iopub, hb_ping, hb_pong, broadcast: [...broadcast] };
}
