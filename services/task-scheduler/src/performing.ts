// Does what the core wants: sends and signs messages, publishes facts.
import type { Bus } from '@muster/bus';
import type { Frames, PeerId, Signer } from '@muster/protocol';
import { buildMessage, encodeText, fromPeerId } from '@muster/protocol';
import type { Post } from '@muster/transport';
import { sessionOf } from './core/client-address.ts';
import type { EngineProbe, ErrorReply, OutcomesAsk, SchedulerSend } from './core/effects.ts';
import type { Door } from './doors.ts';
import { createIdFrames } from './id-frames.ts';

export interface Outlets {
  readonly clients: Pick<Door, 'send'>;
  readonly engines: Pick<Door, 'send'>;
  readonly bus: Bus;
  readonly signer: Signer;
  readonly post: Post;
  readonly checkTargets: (msgId: string) => void;
  readonly askOutcomes: (ask: OutcomesAsk) => void;
}

/** In place of a client's identity where there is no client: engines send back as many frames as they got. */
const nobody = encodeText('nobody');

/** Runs nothing, and waits its turn among the tasks. */
const nothing = {
  ...{ code: '', silent: true, store_history: false, user_expressions: {} },
  ...{ allow_stdin: false, stop_on_error: false },
};

export function createSender(outlets: Outlets): (effect: SchedulerSend) => void {
  const { clients, engines, bus, signer, post, checkTargets, askOutcomes } = outlets;

  const clientFrame = createIdFrames((client) => {
    const session = sessionOf(client);
    return session === undefined ? fromPeerId(client) : encodeText(session);
  });
  const engineFrame = createIdFrames(encodeText);
  function sendToClient(client: PeerId, frames: Frames): void {
    const session = sessionOf(client);
    if (session === undefined) clients.send(client, frames);
    else post.deliver(session, frames);
  }
  function probe({ engineUuid, header }: EngineProbe): void {
    engines.send(engineUuid, buildMessage(signer, { header, content: nothing }).toWireBehind(nobody));
  }

  function sendError(effect: ErrorReply): void {
    const message = buildMessage(signer, effect);
    if (effect.finished) bus.publish({ type: 'task.finished', message });
    if (effect.client === null) return;
    const wire = effect.engineUuid === null ? message.toWire() : message.toWireBehind(engineFrame(effect.engineUuid));
    sendToClient(effect.client, wire);
  }
  return (effect) => {
    switch (effect.type) {
      case 'task.dispatch':
        return engines.send(
          effect.engineUuid,
          effect.message.toWireBehind(effect.client === null ? nobody : clientFrame(effect.client)),
        );
      case 'client.reply':
        return sendToClient(effect.client, effect.message.toWireBehind(engineFrame(effect.engineUuid)));
      case 'error.reply':
        return sendError(effect);
      case 'fact.publish':
        return bus.publish(effect.fact);
      case 'engine.probe':
        return probe(effect);
      case 'targets.check':
        return checkTargets(effect.msgId);
      case 'outcomes.ask':
        return askOutcomes(effect);
    }
  };
}
