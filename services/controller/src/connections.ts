// The two connection files' content (§1.2), from what was bound.
import type { ClientConnection, EngineConnection } from '@muster/protocol';
import { signatureScheme } from '@muster/protocol';
import type { Side } from '@muster/transport';
import type { RecordedSockets } from './bound-sockets.ts';

/** What both files say alike, or per side. */
export interface ConnectionFacts {
  readonly addresses: Readonly<Record<Side, string>>;
  readonly key: string;
  readonly curveServerKey: string | null;
  readonly location: string;
  readonly ssh: Readonly<Record<Side, string>>;
  readonly scheme: string;
}

export interface Connections {
  readonly client: ClientConnection;
  readonly engine: EngineConnection;
}

export function buildConnections(sockets: RecordedSockets, facts: ConnectionFacts): Connections {
  const registration = sockets.port('engine:registration');
  const common = (side: Side) => ({
    ssh: facts.ssh[side],
    interface: `tcp://${facts.addresses[side]}`,
    registration,
    control: sockets.port(`${side}:control`),
    mux: sockets.port(`${side}:mux`),
    task: sockets.port(`${side}:task`),
    iopub: sockets.port(`${side}:iopub`),
  });
  const security = {
    key: facts.key,
    curve_serverkey: facts.curveServerKey,
    location: facts.location,
    pack: 'json',
    unpack: 'json',
    signature_scheme: signatureScheme,
  };
  return {
    client: {
      ...common('client'),
      task_scheme: facts.scheme,
      notification: sockets.port('client:notification'),
      broadcast: sockets.port('client:broadcast'),
      ...security,
    },
    engine: {
      ...common('engine'),
      hb_ping: sockets.port('engine:hb_ping'),
      hb_pong: sockets.port('engine:hb_pong'),
      broadcast: [sockets.port('engine:broadcast')],
      ...security,
    },
  };
}
