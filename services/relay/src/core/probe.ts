// Has an engine answered all direct requests that reached it? Engines work in order, so one that answers a request of the
// relay's own has: what it has not answered by then was lost on its way (facts direct.probe, direct.probed, direct.lost).
import { fromPeerId } from '@muster/protocol';
import type { Out } from './effects.ts';
import type { RelayEvent } from './events.ts';

type Probe = Extract<RelayEvent, { type: 'probe.asked' }>;
type Lost = Extract<RelayEvent, { type: 'request.lost' }>;

/** In the place of a client's identity. The answer brings it back, to whichever relay there is by then. */
const prefix = 'muster-probe/';

export function onProbeAsked({ engine, probe }: Probe, out: Out): void {
  out.send({ type: 'engine.probe', engine, client: prefix + probe });
}

/** Which probe a message to this client answers; undefined when it is for a client. */
export const probeOf = (client: string): string | undefined =>
  client.startsWith(prefix) ? client.slice(prefix.length) : undefined;

export function onRequestLost({ engine, session, frames }: Lost, out: Out): void {
  out.send({ type: 'session.send', session, frames: [fromPeerId(engine), ...frames] });
}
