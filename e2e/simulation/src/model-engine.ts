// A model of an engine: real sockets of the in-memory transport, real messages, made-up work.
import type { Random, VirtualTime } from '@muster/machine';
import type { EngineConnection, Message, ReplayGuard, Signer } from '@muster/protocol';
import {
  channelUrl,
  createHeaderSource,
  createReplayGuard,
  encodeText,
  openMessage,
  ProtocolError,
} from '@muster/protocol';
import type { Received, Socket, SocketKind, Transport } from '@muster/transport';
import { createModelWork } from './model-work.ts';
import { createWriter } from './model-writer.ts';
import type { Story } from './story.ts';
import type { Truth } from './truth.ts';

export interface ModelEngine {
  readonly uuid: string;
  /** Given by the hub; undefined until it has answered. */
  readonly id: number | undefined;
  /** Its process runs; broken connections do not matter. */
  readonly living: boolean;
  /** Its process is gone at once. With a nanny the hub is told a moment later; `lossy`: what it has just sent is gone too. */
  crash(how: { readonly hasNanny: boolean; readonly lossy: boolean }): void;
  /** Leaves as an engine does that is told to: says so and closes. */
  leave(): void;
  /** Sends frames that nobody asked for on one of its sockets: `task` and `mux` with the shell. */
  babble(where: Babbling, frames: readonly Uint8Array[]): void;
}

export type Babbling = 'task' | 'mux' | 'broadcast' | 'iopub' | 'pong' | 'registration';

export interface ModelEngineOptions {
  readonly uuid: string;
  readonly kernel: string;
  readonly transport: Transport;
  readonly connection: EngineConnection;
  readonly signer: Signer;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly truth: Truth;
  readonly story: Story;
  /** Nothing fails any more. */
  readonly isHealed: () => boolean;
}

const milli = 1000;
/** How long a real engine waits for the answer to its registration (§4.2). */
const patienceUs = 5000 * milli;
const nannyDelayUs = 5 * milli;

/** Identities of the controller's sockets that a shell speaks with (§2.1). */
const peers: Partial<Record<Babbling, string>> = { task: 'task_out', mux: 'mux_out', broadcast: 'sub_scheduler_00' };

/** Sockets that a crash can cut off. */
interface Link {
  readonly socket: Socket;
  readonly urls: readonly string[];
}

export function createModelEngine(options: ModelEngineOptions): ModelEngine {
  const { uuid, kernel, transport, connection, signer, time, truth, story } = options;
  const writer = createWriter(signer, createHeaderSource(uuid), time);
  const guard = createReplayGuard();
  const links: Link[] = [];
  const outlets: { pong?: Socket; iopub?: Socket; shell?: Socket } = {};
  let id: number | undefined;
  let living = true;

  function open(kind: SocketKind, ports: readonly number[]): Socket {
    const socket = transport.open({ kind, identity: uuid, lingerMs: 0 });
    const urls = ports.map((port) => channelUrl(connection, port));
    links.push({ socket, urls });
    for (const url of urls) socket.connect(url);
    return socket;
  }
  const registration = open('dealer', [connection.registration]);
  registration.onMessages((batch) => {
    for (const { frames } of batch) onRegistered(openMessage(frames, signer, guard));
  });
  registration.send('', writer.write('registration_request', { uuid, kernel }).toWire());
  time.at(time.nowUs + patienceUs, () => {
    if (living && id === undefined) leave();
  });

  function onRegistered(reply: Message): void {
    if (!living || id !== undefined) return;
    if (reply.content.status !== 'ok') return void truth.broken.push(`${uuid} was refused: ${reply.content.evalue}`);
    id = Number(reply.content.id);
    startWork(id);
    const pong = open('dealer', [connection.hb_pong]);
    outlets.pong = pong;
    open('sub', [connection.hb_ping]).onMessages((batch) => {
      for (const { frames } of batch) pong.send('', frames);
    });
  }
  function startWork(number: number): void {
    const iopub = open('pub', [connection.iopub]);
    outlets.iopub = iopub;
    const publish = (topic: string, message: Message): void =>
      iopub.send('', [encodeText(`engine.${number}.${topic}`), ...message.toWire()]);
    const work = createModelWork({ ...options, writer, publish, isLiving: () => living });
    const leaf = connection.broadcast[number % connection.broadcast.length]!;
    const shell = open('router', [connection.mux, connection.task, leaf]);
    outlets.shell = shell;
    receiveEach(shell, signer, guard, (received, request) => work.take(shell, received, request));
    const control = open('router', [connection.control]);
    receiveEach(control, signer, guard, (received, request) => {
      work.control(control, received, request);
      if (request.header.msg_type === 'shutdown_request') stop();
    });
  }
  function stop(): void {
    living = false;
    for (const { socket } of links) void socket.close();
  }
  function leave(): void {
    story.tell('engine', 'leaves', { uuid, id });
    unregister();
    stop();
  }
  /** From a socket of its own, as a nanny does. */
  function unregister(): void {
    const nanny = transport.open({ kind: 'dealer', lingerMs: 0 });
    nanny.connect(channelUrl(connection, connection.registration));
    nanny.send('', writer.write('unregistration_request', { id: id ?? null }).toWire());
    if (id !== undefined) truth.left.set(uuid, truth.moment());
    time.at(time.nowUs + patienceUs, () => void nanny.close());
  }
  return {
    uuid,
    get id() {
      return id;
    },
    get living() {
      return living;
    },
    crash({ hasNanny, lossy }) {
      story.tell('engine', 'crashes', { uuid, id, hasNanny, lossy });
      if (lossy) for (const { socket, urls } of links) for (const url of urls) socket.disconnect(url);
      stop();
      if (hasNanny && id !== undefined) time.at(time.nowUs + nannyDelayUs, unregister);
    },
    leave,
    babble(where, frames) {
      story.tell('engine', 'babbles', { uuid, where, frames: frames.length });
      const peer = peers[where];
      if (peer !== undefined) outlets.shell?.send(peer, frames);
      else if (where === 'registration') registration.send('', frames);
      else outlets[where as 'pong' | 'iopub']?.send('', frames);
    },
  };
}

function receiveEach(
  socket: Socket,
  signer: Signer,
  guard: ReplayGuard,
  take: (received: Received, request: Message) => void,
): void {
  socket.onMessages((batch) => {
    for (const received of batch) {
      try {
        take(received, openMessage(received.frames, signer, guard, 1));
      } catch (error) {
        // Replayed or garbage, which the relay passes on (§3.3): engines drop it.
        if (!(error instanceof ProtocolError)) throw error;
      }
    }
  });
}
