// Does what the core wants: sends and signs messages, publishes facts.
import type { Bus } from '@muster/bus';
import type { PeerId, Signer } from '@muster/protocol';
import { buildMessage, encodeText, fromPeerId } from '@muster/protocol';
import type { Socket } from '@muster/transport';
import type { ErrorReply, SchedulerSend } from './core/effects.ts';

export interface Outlets {
  readonly clients: Socket;
  readonly engines: Socket;
  readonly bus: Bus;
  readonly signer: Signer;
}

/** In place of a client's identity where there is no client: engines send back as many frames as they got. */
const nobody = encodeText('nobody');

export function createSender({ clients, engines, bus, signer }: Outlets): (effect: SchedulerSend) => void {
  const idFrame = (peer: PeerId | null): Uint8Array => (peer === null ? nobody : fromPeerId(peer));

  function sendError(effect: ErrorReply): void {
    const message = buildMessage(signer, effect);
    if (effect.client !== null) {
      const wire = message.toWire();
      clients.send(effect.client, effect.engineUuid === null ? wire : [encodeText(effect.engineUuid), ...wire]);
    }
    if (effect.finished) bus.publish({ type: 'task.finished', message });
  }
  return (effect) => {
    switch (effect.type) {
      case 'task.dispatch':
        return engines.send(effect.engineUuid, [idFrame(effect.client), ...effect.message.toWire()]);
      case 'client.reply':
        return clients.send(effect.client, [encodeText(effect.engineUuid), ...effect.message.toWire()]);
      case 'error.reply':
        return sendError(effect);
      case 'fact.publish':
        return bus.publish(effect.fact);
    }
  };
}
