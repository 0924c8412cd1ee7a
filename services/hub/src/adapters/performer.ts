import type { Bus } from '@muster/bus';
import type { Ports } from '@muster/machine';
import type { JsonObject, Signer } from '@muster/protocol';
import { buildMessage, createHeaderSource, errorContent, ProtocolError } from '@muster/protocol';
import type { Logger, ThrottledWarn } from '@muster/telemetry';
import type { Socket } from '@muster/transport';
import type { Door, HubEvent, HubSend } from '../core/index.ts';
import type { DaskKeeper } from './dask.ts';
import type { EngineStateSaver } from './engine-state-saver.ts';
import type { StoreLane } from './store-lane.ts';

export interface PerformerOptions {
  readonly bus: Bus;
  readonly ports: Ports;
  readonly session?: string;
  readonly signer: Signer;
  readonly log: Logger;
  /** The socket of each door that there is. */
  readonly queries: Readonly<Partial<Record<Door, Socket>>>;
  readonly notifications: Socket;
  readonly lane: StoreLane;
  readonly dask: DaskKeeper;
  readonly warn: ThrottledWarn;
  readonly dispatch: (event: HubEvent) => void;
  readonly connectionInfo: () => JsonObject;
  readonly onShutdownRequested: () => void;
  readonly engineState: EngineStateSaver | undefined;
}

/** Performs what the core wants. All messages of the hub have one session. */
export function createPerformer(options: PerformerOptions): (effect: HubSend) => void {
  const { bus, ports, signer, log, queries, notifications, lane, dask, warn, dispatch } = options;
  const headers = createHeaderSource(options.session ?? ports.newId());

  function answer(effect: Extract<HubSend, { type: 'query.reply' }>): void {
    const { door, peer, msgType, parent, buffers, withConnectionInfo } = effect;
    const content = withConnectionInfo
      ? { ...effect.content, connection_info: options.connectionInfo() }
      : effect.content;
    const header = headers.next(msgType, ports.clock.nowUs());
    queries[door]?.send(peer, buildAnswer({ header, parentHeader: parent, content, buffers }).toWire());
  }
  function buildAnswer(parts: Parameters<typeof buildMessage>[1]): ReturnType<typeof buildMessage> {
    try {
      return buildMessage(signer, parts);
    } catch (error) {
      // A text has half a GiB at most. Who asks for more shall not wait for ever.
      if (!(error instanceof ProtocolError) || error.code !== 'bad_json') throw error;
      const why = `the answer is too large: ask for fewer records, or for fewer keys; it ${error.message}`;
      return buildMessage(signer, { ...parts, content: errorContent('MemoryError', why), buffers: [] });
    }
  }
  function notify({ msgType, parent, content }: Extract<HubSend, { type: 'clients.notify' }>): void {
    const header = headers.next(msgType, ports.clock.nowUs());
    notifications.send('', buildMessage(signer, { header, parentHeader: parent, content }).toWire());
  }
  function failRequest({ engineUuid, parent, msgType, content }: Extract<HubSend, { type: 'request.fail' }>): void {
    const header = headers.next(msgType, ports.clock.nowUs());
    const metadata = { engine: engineUuid, status: 'error' };
    const message = buildMessage(signer, { header, parentHeader: parent, metadata, content });
    bus.publish({ type: 'direct.lost', engineUuid, session: parent.session, message });
  }
  function dismiss(engineUuid: string): void {
    const header = headers.next('shutdown_request', ports.clock.nowUs());
    const message = buildMessage(signer, { header, content: { restart: false } });
    bus.publish({ type: 'engine.dismissed', engineUuid, message });
  }
  return (effect) => {
    switch (effect.type) {
      case 'query.reply':
        return answer(effect);
      case 'clients.notify':
        return notify(effect);
      case 'fact.publish':
        return bus.publish(effect.fact);
      case 'request.fail':
        return failRequest(effect);
      case 'task.resubmit':
        return bus.publish({ type: 'task.resubmitted', message: buildMessage(signer, effect) });
      case 'store.ask':
        return lane.ask(effect.question, (reply) =>
          dispatch({ type: 'store.answered', askId: effect.askId, answer: reply }),
        );
      case 'store.expire':
        return lane.expire(effect.receivedBefore);
      case 'engine.dismiss':
        return dismiss(effect.engineUuid);
      case 'engine-state.save':
        return options.engineState?.save();
      case 'dask.start':
        return dask.start(effect.args);
      case 'dask.stop':
        return void dask.stop();
      case 'controller.stop':
        return options.onShutdownRequested();
      case 'note':
        return effect.level === 'warn' ? warn(effect.fields, effect.what) : log.info(effect.fields, effect.what);
    }
  };
}
