import type { Bus } from '@muster/bus';
import type { Ports } from '@muster/machine';
import type { Frames, Signer } from '@muster/protocol';
import {
  buildMessage,
  createHeaderSource,
  errorTable,
  fromPeerId,
  Message,
  openMessage,
  readMessage,
} from '@muster/protocol';
import type { ThrottledWarn } from '@muster/telemetry';
import type { Post, Socket } from '@muster/transport';
import { spreadBroadcast } from './broadcast-wire.ts';
import type { MirroredChannel, RelaySend } from './core/index.ts';

export type RelayChannel = MirroredChannel | 'broadcast';
export type Pair = { readonly client: Socket; readonly engine: Socket; readonly post: Post };

/** What the log says of a message that is not passed on; anyone who reaches a port can cause it. */
export const dropped = 'message dropped';

export interface PerformerOptions {
  readonly bus: Bus;
  readonly signer: Signer;
  readonly ports: Ports;
  readonly pairs: Record<RelayChannel, Pair>;
  readonly subscribers: Socket;
  readonly warn: ThrottledWarn;
  readonly askEngines: () => void;
}

/** The session that a reply is for; undefined when it cannot be read. */
function sessionOf(frames: Frames): string | undefined {
  try {
    const { session } = readMessage(frames).parentHeader;
    return typeof session === 'string' ? session : undefined;
  } catch {
    return undefined;
  }
}

/** Performs what the core wants. */
export function createPerformer(options: PerformerOptions): (effect: RelaySend) => void {
  const { bus, signer, ports, pairs, subscribers, warn } = options;
  const headers = createHeaderSource(ports.newId());

  function passRequest({ channel, engine, frames }: Extract<RelaySend, { type: 'request.pass' }>): void {
    pairs[channel].engine.send(engine, frames);
    if (channel === 'mux')
      bus.publish({ type: 'direct.requested', engineUuid: engine, message: new Message(frames.slice(2)) });
  }
  function passReply({ channel, engine, client, frames }: Extract<RelaySend, { type: 'reply.pass' }>): void {
    pairs[channel].post.send(client, frames, () => sessionOf(frames));
    if (channel === 'mux')
      bus.publish({ type: 'direct.replied', engineUuid: engine, message: new Message(frames.slice(2)) });
  }
  /** Silent and empty: an engine does it when all before it is done, and shows nobody. */
  function probe({ engine, client }: Extract<RelaySend, { type: 'engine.probe' }>): void {
    const header = headers.next('execute_request', ports.clock.nowUs());
    const flags = { silent: true, store_history: false, allow_stdin: false, stop_on_error: false };
    const content = { code: '', user_expressions: {}, ...flags };
    pairs.mux.engine.send(engine, [fromPeerId(client), ...buildMessage(signer, { header, content }).toWire()]);
  }
  /** An engine that refuses or aborts the probe has not come to it. */
  function tellProbed({ engine, probe, frames }: Extract<RelaySend, { type: 'probe.answer' }>): void {
    const message = openMessage(frames, signer, undefined, 0);
    if (message.content.status === 'ok') bus.publish({ type: 'direct.probed', engineUuid: engine, probe });
  }
  function answer(effect: Extract<RelaySend, { type: 'client.answer' }>): void {
    const { unverified: request } = effect;
    if (request && !signer.verify(request.signature, request.parts))
      return warn({ where: effect.channel, why: errorTable.bad_signature.meaning }, dropped);
    const header = effect.header ?? headers.next(effect.replyType ?? 'apply_reply', ports.clock.nowUs());
    const message = buildMessage(signer, { ...effect, header });
    const { engine } = effect.metadata;
    const prefix = typeof engine === 'string' && effect.channel !== 'broadcast' ? [fromPeerId(engine)] : [];
    const { session } = effect.parentHeader;
    pairs[effect.channel].post.send(effect.client, [...prefix, ...message.toWire()], () =>
      typeof session === 'string' ? session : undefined,
    );
  }
  return (effect) => {
    switch (effect.type) {
      case 'request.pass':
        return passRequest(effect);
      case 'reply.pass':
        return passReply(effect);
      case 'engine.send':
        return pairs[effect.channel].engine.send(effect.engine, effect.frames);
      case 'client.send':
        return pairs[effect.channel].post.send(effect.client, effect.frames, () => sessionOf(effect.frames));
      case 'session.send':
        return pairs.mux.post.deliver(effect.session, effect.frames);
      case 'clients.publish':
        return subscribers.send('', effect.frames);
      case 'engines.broadcast':
        return spreadBroadcast(effect.request, signer, (uuid, frames) => pairs.broadcast.engine.send(uuid, frames));
      case 'client.answer':
        return answer(effect);
      case 'iopub.copy':
        return bus.publish({ type: 'iopub.published', message: readMessage(effect.frames, effect.at) });
      case 'engines.ask':
        return options.askEngines();
      case 'engine.probe':
        return probe(effect);
      case 'probe.answer':
        return tellProbed(effect);
      case 'message.drop':
        return warn({ where: effect.where, why: effect.why }, dropped);
    }
  };
}
