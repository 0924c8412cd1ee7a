// An engine that nobody registered is asked, by control, to end (§12.12). Its answer is of no interest.
import { fromPeerId } from '@muster/protocol';
import type { Out } from './effects.ts';
import type { RelayEvent } from './events.ts';

/** In the place of a client's identity. */
const nobody = 'muster-dismissal';

type Dismissed = Extract<RelayEvent, { type: 'engine.dismissed' }>;

export const onEngineDismissed = ({ engine, frames }: Dismissed, out: Out): void =>
  out.send({ type: 'engine.send', channel: 'control', engine, frames: [fromPeerId(nobody), ...frames] });

/** True for the answer to a dismissal. */
export const isForNobody = (client: string): boolean => client === nobody;
