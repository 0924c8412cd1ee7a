// A model of a client: sends requests over real sockets of the in-memory transport and writes down every answer.
import type { VirtualTime } from '@muster/machine';
import type { ClientConnection, JsonObject, Message, Signer } from '@muster/protocol';
import { channelUrl, createHeaderSource, createReplayGuard, encodeText, openMessage } from '@muster/protocol';
import type { Socket, Transport } from '@muster/transport';
import { createWriter } from './model-writer.ts';
import type { Story } from './story.ts';
import type { RequestTruth, TaskSpec, Truth, Waiter, Wanted } from './truth.ts';

export interface ModelClientOptions {
  readonly session: string;
  readonly transport: Transport;
  readonly connection: ClientConnection;
  readonly signer: Signer;
  readonly time: VirtualTime;
  readonly truth: Truth;
  readonly story: Story;
  /** Until its subscription to notifications stands; only then it asks which engines there are. */
  readonly settleUs: number;
  /** Answers to what others have asked are let go by: services that follow others do not know all clients. */
  readonly mayGetOthers?: boolean;
}

export type ClientSocket = 'query' | 'mux' | 'task' | 'broadcast' | 'control';

export interface ModelClient {
  readonly session: string;
  readonly gone: boolean;
  /** Engines it knows of, uuid by id. */
  readonly engines: ReadonlyMap<number, string>;
  /** msg_ids of all tasks submitted so far. */
  readonly submitted: readonly string[];
  nextId(): string;
  submitTask(spec: TaskSpec): void;
  request(what: 'direct' | 'control', engineUuid: string, msgType?: string, content?: object): void;
  broadcast(targets: readonly (readonly [string, number])[], isCoalescing: boolean): void;
  /** Gives the msg_id, under which the truth has the answer. */
  ask(msgType: string, content: object): string;
  /** Any frames, as a broken or hostile peer sends them. */
  sendRaw(socket: ClientSocket, frames: readonly Uint8Array[]): void;
  /** Sends once more what it sent last on that socket; nobody may take notice. */
  replay(socket: ClientSocket): void;
  vanish(): void;
}

interface Answered {
  readonly client: Waiter | undefined;
  readonly answers: JsonObject[];
}

export function createModelClient(options: ModelClientOptions): ModelClient {
  const { session, transport, connection, signer, time, truth, story, settleUs, mayGetOthers = false } = options;
  const writer = createWriter(signer, createHeaderSource(session), time);
  const me: Waiter = { session, gone: false };
  const engines = new Map<number, string>();
  const unlisted = new Set<string>();
  const submitted: string[] = [];
  /** Requests whose end it waits for. */
  const waiting = new Map<string, RequestTruth>();
  const lastSent = new Map<ClientSocket, readonly Uint8Array[]>();
  let counter = 0;

  function open(kind: 'dealer' | 'sub', port: number, receive: (message: Message) => void): Socket {
    const socket = transport.open({ kind, lingerMs: 0 });
    const guard = createReplayGuard();
    socket.onMessages((batch) => {
      for (const { frames } of batch) {
        try {
          receive(openMessage(frames, signer, guard));
        } catch (error) {
          truth.broken.push(`${session} got what it cannot accept: ${(error as Error).message}`);
        }
      }
    });
    socket.connect(channelUrl(connection, port));
    return socket;
  }
  const notifications = open('sub', connection.notification, onNotification);
  const sockets: Record<ClientSocket, Socket> = {
    query: open('dealer', connection.registration, onQueryReply),
    mux: open('dealer', connection.mux, (reply) => note(truth.requests, reply, reply.parentId)),
    control: open('dealer', connection.control, (reply) => note(truth.requests, reply, reply.parentId)),
    task: open('dealer', connection.task, (reply) => note(truth.tasks, reply, reply.parentId)),
    broadcast: open('dealer', connection.broadcast, (reply) => {
      const { is_coalescing, original_msg_id } = reply.metadata;
      note(truth.requests, reply, is_coalescing === true ? original_msg_id : reply.parentId);
    }),
  };

  /** Files an answer under the request that it answers. */
  function note(kind: ReadonlyMap<string, Answered>, reply: Message, id: unknown): void {
    const request = kind.get(String(id));
    if (mayGetOthers && request?.client !== me) return;
    waiting.delete(String(id));
    if (request) request.answers.push(reply.content);
    else truth.broken.push(`${session} got a ${reply.header.msg_type} for ${id}, which nobody ever asked`);
  }
  function onQueryReply(reply: Message): void {
    note(truth.queries, reply, reply.parentId);
    if (reply.header.msg_type !== 'connection_reply') return;
    // A notification may have overtaken this answer.
    for (const [id, uuid] of Object.entries(reply.content.engines as JsonObject))
      if (!unlisted.has(String(uuid))) engines.set(Number(id), String(uuid));
  }
  function onNotification({ header, content }: Message): void {
    const [id, uuid] = [Number(content.id), String(content.uuid)];
    if (header.msg_type === 'registration_notification') {
      engines.set(id, uuid);
      unlisted.delete(uuid);
    } else if (header.msg_type === 'unregistration_notification') {
      engines.delete(id);
      unlisted.add(uuid);
      for (const [msgId, request] of waiting) {
        if (!request.engineUuids.includes(uuid)) continue;
        request.failed = true;
        waiting.delete(msgId);
      }
    }
  }
  function send(name: ClientSocket, frames: readonly Uint8Array[]): void {
    lastSent.set(name, frames);
    sockets[name].send('', frames);
  }
  function expectAnswer(what: RequestTruth['what'], msgId: string, engineUuids: readonly string[]): void {
    const request: RequestTruth = { what, msgId, engineUuids, client: me, answers: [], failed: false };
    truth.requests.set(msgId, request);
    waiting.set(msgId, request);
    story.tell(session, `requests (${what})`, { msgId, engines: engineUuids });
  }
  const nextId = (): string => `${session}-${counter++}`;
  function ask(msgType: string, content: object): string {
    const msgId = nextId();
    const asked = (content as { msg_ids?: unknown }).msg_ids;
    const ended = Array.isArray(asked) ? asked.filter((id) => truth.tasks.get(id)?.answers.length) : [];
    truth.queries.set(msgId, { msgType, client: me, ended, answers: [] });
    story.tell(session, `asks ${msgType}`, { msgId, ...content });
    send('query', writer.write(msgType, content, { msgId }).toWire());
    return msgId;
  }
  time.at(time.nowUs + settleUs, () => {
    if (!me.gone) ask('connection_request', {});
  });

  return {
    session,
    get gone() {
      return me.gone;
    },
    engines,
    submitted,
    nextId,
    ask,
    submitTask(spec) {
      const { msgId } = spec;
      truth.tasks.set(msgId, { spec, client: me, attempts: [], endings: [], answers: [] });
      submitted.push(msgId);
      story.tell(session, 'submits', spec);
      send(
        'task',
        writer.write('apply_request', {}, { msgId, metadata: taskMetadata(spec), withBuffers: true }).toWire(),
      );
    },
    request(what, engineUuid, msgType = 'apply_request', content = {}) {
      const msgId = nextId();
      expectAnswer(what, msgId, [engineUuid]);
      const message = writer.write(msgType, content, { msgId, withBuffers: what === 'direct' });
      send(what === 'direct' ? 'mux' : 'control', [encodeText(engineUuid), ...message.toWire()]);
    },
    broadcast(targets, isCoalescing) {
      const msgId = nextId();
      const uuids = targets.map(([uuid]) => uuid);
      if (isCoalescing) expectAnswer('gather', msgId, uuids);
      else for (const uuid of uuids) expectAnswer('broadcast', `${msgId}_${uuid}`, [uuid]);
      const metadata = { targets, is_broadcast: true, is_coalescing: isCoalescing };
      send('broadcast', writer.write('apply_request', {}, { msgId, metadata, withBuffers: true }).toWire());
    },
    sendRaw(name, frames) {
      story.tell(session, 'sends garbage', { socket: name, frames: frames.length });
      sockets[name].send('', frames);
    },
    replay(name) {
      story.tell(session, 'sends its last message again', { socket: name });
      const frames = lastSent.get(name);
      if (frames !== undefined) sockets[name].send('', frames);
    },
    vanish() {
      me.gone = true;
      for (const socket of [notifications, ...Object.values(sockets)]) void socket.close();
    },
  };
}

function taskMetadata({ after, follow, targets, kernel, retries, timeoutMs, invalid }: TaskSpec): object {
  const asked = { after: packed(after), follow: packed(follow), timeout: timeoutMs / 1000, targets, retries };
  return { ...asked, ...(kernel !== undefined && { kernel }), ...invalid };
}

/** As clients do: a list where the dependency is the usual one, else a dictionary. */
function packed(wanted: Wanted | undefined): unknown {
  if (wanted === undefined) return [];
  return wanted.all && wanted.success && !wanted.failure ? wanted.dependencies : wanted;
}
