// The service between real sockets, with peers that speak the wire, on a transport given by the test.
import type { Bus, Fact } from '@muster/bus';
import { createInProcessBus } from '@muster/bus';
import { createSystemPorts } from '@muster/machine/node';
import type { Frames, JsonObject, Message } from '@muster/protocol';
import { buildMessage, createHeaderSource, openMessage } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import { createMemoryTaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import { silentLogger } from '@muster/telemetry';
import { loopbackSockets, until } from '@muster/testkit';
import type { Transport } from '@muster/transport';
import { createHmacSigner } from '@muster/transport';
import type { HubConfig } from '../config.ts';
import { defaultConfig } from '../config.ts';
import type { HubService } from '../service.ts';
import { createHubService } from '../service.ts';

export const signer = createHmacSigner('a key of this cluster');

interface Peer {
  /** Sends a request, and gives its message. */
  send(msgType: string, content?: JsonObject, buffers?: Frames): Message;
  /** Sends a request and waits for its answer. */
  ask(msgType: string, content?: JsonObject): Promise<Message>;
  sendRaw(frames: Frames): void;
  readonly answers: Message[];
}

export interface Cluster {
  readonly service: HubService;
  readonly bus: Bus;
  readonly facts: Fact[];
  readonly logged: { readonly fields: Record<string, unknown>; readonly text: string }[];
  readonly engineStates: string[];
  readonly stops: () => number;
  connect(identity?: string): Peer;
  /** Notifications from now on. Resolves when the subscription stands. */
  subscribe(): Promise<Message[]>;
  close(): Promise<void>;
}

export async function createCluster(
  transport: Transport,
  options: { config?: Partial<HubConfig>; store?: TaskStore; restore?: boolean } = {},
): Promise<Cluster> {
  const facts: Fact[] = [];
  const logged: Cluster['logged'] = [];
  const engineStates: string[] = [];
  let stops = 0;
  const tell = (fields: object, text: string): void => void logged.push({ fields: { ...fields }, text });
  const log: Logger = { ...silentLogger, warn: tell, error: tell };
  const bus = createInProcessBus((error) => tell({ error }, 'bus'));
  for (const type of ['registration.pending', 'engine.registered', 'engine.unregistered', 'task.resubmitted'] as const)
    bus.subscribe(type, (fact) => facts.push(fact));
  const sockets = loopbackSockets(transport);
  const ports = createSystemPorts();
  const service = await createHubService({
    sockets,
    bus,
    ports,
    signer,
    log,
    store: options.store ?? createMemoryTaskStore(),
    config: { ...defaultConfig, shutdownDelayMs: 10, probeSettleMs: 50, ...options.config },
    restore: options.restore ?? false,
    heartbeatPeriodMs: 3000,
    connectionInfo: () => ({ interface: 'tcp://127.0.0.1' }),
    onShutdownRequested: () => stops++,
    engineStateFile: { write: (text) => engineStates.push(text) },
  });

  function connect(identity?: string): Peer {
    const headers = createHeaderSource(ports.newId());
    const socket = transport.open({ kind: 'dealer', ...(identity ? { identity } : {}) });
    const answers: Message[] = [];
    socket.onMessages((batch) => answers.push(...batch.map(({ frames }) => openMessage(frames, signer))));
    socket.connect(sockets.endpoint('registration', 'engine'));
    const send: Peer['send'] = (msgType, content = {}, buffers = []) => {
      const header = headers.next(msgType, ports.clock.nowUs());
      const message = buildMessage(signer, { header, content, buffers });
      socket.send('', message.toWire());
      return message;
    };
    return {
      send,
      answers,
      sendRaw: (frames) => socket.send('', frames),
      ask(msgType, content) {
        const { msg_id } = send(msgType, content).header;
        return until(() => answers.find((answer) => answer.parentId === msg_id), {
          what: `answer to ${msgType}`,
          everyMs: 2,
        });
      },
    };
  }
  return {
    service,
    bus,
    facts,
    logged,
    engineStates,
    stops: () => stops,
    connect,
    async subscribe() {
      const heard: Message[] = [];
      const socket = transport.open({ kind: 'sub' });
      socket.onMessages((batch) => heard.push(...batch.map(({ frames }) => openMessage(frames, signer))));
      socket.connect(sockets.endpoint('notification', 'client'));
      // What is published before the subscription has arrived is lost: announce engines until one is heard of.
      const scout = connect();
      for (let n = 0; heard.length === 0; n++) {
        const { id } = (await scout.ask('registration_request', { uuid: `scout-${n}` })).content;
        bus.publish({ type: 'heart.started', uuid: `scout-${n}` });
        await scout.ask('connection_request');
        scout.send('unregistration_request', { id: id! });
      }
      await until(() => heard.at(-1)?.header.msg_type === 'unregistration_notification', {
        what: 'the scout to leave',
      });
      heard.length = 0;
      return heard;
    },
    async close() {
      await service.stop();
      await transport.close();
    },
  };
}
