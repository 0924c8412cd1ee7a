// A controller with engines in one object, for tests of the client: it speaks the real wire over a real transport, and
// does what its script says. Its engines run calls in this very process, so they are fit for tests only.
import { runInThisContext } from 'node:vm';
import { createSystemClock, newId } from '@muster/machine/node';
import type { ClientConnection, Frames, JsonObject, Message, PeerId } from '@muster/protocol';
import { buildMessage, createHeaderSource, decodeText, findDelimiter, openMessage } from '@muster/protocol';
import { packValue, unpackCall } from '@muster/serialize';
import type { Socket, Transport } from '@muster/transport';
import { createHmacSigner } from '@muster/transport';

/** A request as an engine has it. */
export interface FakeRequest {
  readonly channel: 'mux' | 'task' | 'broadcast' | 'control' | 'registration';
  readonly message: Message;
  readonly content: JsonObject;
  /** Undefined for the hub. */
  readonly engine: { readonly id: number; readonly uuid: string } | undefined;
}

export interface FakeReply {
  readonly content?: object;
  readonly metadata?: JsonObject;
  readonly buffers?: Frames;
  readonly msgType?: string;
}

/** Returns the reply; undefined: none at all. 'default': as an ordinary engine or hub. */
export type Script = (
  request: FakeRequest,
) => FakeReply | undefined | 'default' | Promise<FakeReply | undefined | 'default'>;

export interface FakeController {
  readonly connection: ClientConnection;
  readonly requests: FakeRequest[];
  script: Script;
  addEngine(kernel?: string): { id: number; uuid: string };
  /** `quietly`: without a notification. */
  removeEngine(id: number, quietly?: boolean): void;
  /** Publishes on iopub for a request. */
  publish(parent: Message, msgType: string, content: object, session?: string): void;
  notify(msgType: string, content: object): void;
  /** Sends any frames to all clients by iopub. */
  publishFrames(frames: Frames): void;
  reply(request: FakeRequest, reply: FakeReply): void;
  close(): Promise<void>;
}

const channels = ['registration', 'control', 'mux', 'task', 'broadcast'] as const;

export async function startFakeController(transport: Transport, key = 'secret'): Promise<FakeController> {
  const signer = createHmacSigner(key);
  const clock = createSystemClock();
  const headers = createHeaderSource(newId());
  const engines = new Map<number, { id: number; uuid: string; kernel: string }>();
  const peers = new Map<string, { socket: Socket; peer: PeerId; prefix: Uint8Array[] }>();
  const requests: FakeRequest[] = [];
  const ports: Record<string, number> = {};
  const sockets: Socket[] = [];
  let nextId = 0;

  async function bind(name: string, kind: 'router' | 'pub'): Promise<Socket> {
    const socket = transport.open({ kind });
    sockets.push(socket);
    ports[name] = Number((await socket.bind('tcp://127.0.0.1:0')).split(':').at(-1));
    return socket;
  }
  const notification = await bind('notification', 'pub');
  const iopub = await bind('iopub', 'pub');
  for (const channel of channels) {
    const socket = await bind(channel, 'router');
    socket.onMessages((batch) => {
      for (const { peer, frames } of batch) receive(channel, socket, peer, frames);
    });
  }

  function receive(channel: FakeRequest['channel'], socket: Socket, peer: PeerId, frames: Frames): void {
    const at = findDelimiter(frames);
    const message = openMessage(frames, signer);
    const prefix = frames.slice(0, at).map((frame) => Uint8Array.from(frame));
    const id = message.header.msg_id;
    if (channel === 'broadcast') {
      for (const [uuid] of message.metadata.targets as [string, number][]) {
        const copy = { ...message.header, msg_id: `${id}_${uuid}` };
        const metadata = { ...message.metadata, original_msg_id: id };
        const init = { header: copy, metadata, content: message.content, buffers: message.buffers };
        peers.set(copy.msg_id, { socket, peer, prefix });
        handle({ channel, message: buildMessage(signer, init), content: message.content, engine: engineOf(uuid) });
      }
      return;
    }
    peers.set(id, { socket, peer, prefix });
    const named = at > 0 ? engineOf(decodeText(frames[0]!)) : undefined;
    const engine = channel === 'task' ? [...engines.values()][0] : named;
    handle({ channel, message, content: message.content, engine });
  }
  const engineOf = (uuid: string) => [...engines.values()].find((engine) => engine.uuid === uuid);

  function handle(request: FakeRequest): void {
    requests.push(request);
    void Promise.resolve(fake.script(request)).then(async (answer) => {
      const made = answer === 'default' ? await ordinary(request) : answer;
      if (made !== undefined) fake.reply(request, made);
    });
  }
  async function ordinary(request: FakeRequest): Promise<FakeReply | undefined> {
    if (request.channel === 'registration') return hubReply(request);
    if (request.channel === 'control') return { content: { status: 'ok' } };
    if (request.engine === undefined) return undefined;
    const { uuid } = request.engine;
    publish(request.message, 'status', { execution_state: 'busy' }, uuid);
    const made = await runRequest(request);
    // Behind the reply, as with real engines.
    setImmediate(() => publish(request.message, 'status', { execution_state: 'idle' }, uuid));
    return made;
  }
  function hubReply({ message, content }: FakeRequest): FakeReply {
    const list = [...engines.values()];
    if (message.header.msg_type === 'connection_request')
      return {
        content: {
          status: 'ok',
          engines: Object.fromEntries(list.map(({ id, uuid }) => [id, uuid])),
          kernels: Object.fromEntries(list.map(({ id, kernel }) => [id, kernel])),
        },
      };
    const evalue = `"Bad Message Type: '${message.header.msg_type}'"`;
    return content.quiet === true ? {} : { content: { status: 'error', ename: 'KeyError', evalue, traceback: [] } };
  }
  async function runRequest({ message, content, engine }: FakeRequest): Promise<FakeReply> {
    const metadata = { ...message.metadata, engine: engine!.uuid, started: date(), status: 'ok' };
    try {
      if (message.header.msg_type === 'execute_request') {
        publish(message, 'stream', { name: 'stdout', text: `ran ${String(content.code)}\n` });
        publish(message, 'execute_result', { data: { 'text/plain': '42' }, metadata: {}, execution_count: 7 });
        return { content: { status: 'ok', execution_count: 7, user_expressions: {}, payload: [] }, metadata };
      }
      const evaluate = (source: string): unknown => runInThisContext(`(${source}\n)`);
      const call = unpackCall(content, message.buffers, { reference: evaluate, function: evaluate });
      const value = await (evaluate(call.source) as (...args: readonly unknown[]) => unknown)(...call.args);
      return { content: { status: 'ok' }, metadata, buffers: packValue(value) };
    } catch (error) {
      const { name, message: evalue, stack = '' } = error as Error;
      const engineInfo = { engine_id: engine!.id, engine_uuid: engine!.uuid, method: 'apply' };
      const failure = { status: 'error', ename: name, evalue, traceback: stack.split('\n'), engine_info: engineInfo };
      return { content: failure, metadata: { ...metadata, status: 'error' } };
    }
  }
  const date = (): string => headers.next('', clock.nowUs()).date;

  function publish(parent: Message, msgType: string, content: object, session = headers.session): void {
    const header = { ...headers.next(msgType, clock.nowUs()), session };
    const message = buildMessage(signer, { header, parentHeader: parent.header, content });
    iopub.send('', [Buffer.from(`engine.0.${msgType}`), ...message.toWire()]);
  }
  const fake: FakeController = {
    connection: {
      interface: 'tcp://127.0.0.1',
      key,
      curve_serverkey: null,
      location: '127.0.0.1',
      ssh: '',
      pack: 'json',
      unpack: 'json',
      signature_scheme: 'hmac-sha256',
      task_scheme: 'leastload',
      ...ports,
    } as unknown as ClientConnection,
    requests,
    script: () => 'default',
    addEngine(kernel = 'node') {
      const engine = { id: nextId++, uuid: newId(), kernel };
      engines.set(engine.id, engine);
      fake.notify('registration_notification', engine);
      return engine;
    },
    removeEngine(id, quietly = false) {
      const engine = engines.get(id)!;
      engines.delete(id);
      if (!quietly) fake.notify('unregistration_notification', engine);
    },
    publish,
    notify(msgType, content) {
      const header = headers.next(msgType, clock.nowUs());
      notification.send('', buildMessage(signer, { header, content }).toWire());
    },
    publishFrames: (frames) => iopub.send('', frames),
    reply(request, { content = { status: 'ok' }, metadata = {}, buffers = [], msgType }) {
      const { header } = request.message;
      const to = peers.get(header.msg_id)!;
      const type = msgType ?? header.msg_type.replace('_request', '_reply');
      const init = { header: headers.next(type, clock.nowUs()), parentHeader: header, metadata, content, buffers };
      to.socket.send(to.peer, [...to.prefix, ...buildMessage(signer, init).toWire()]);
    },
    async close() {
      await Promise.all(sockets.map((socket) => socket.close()));
    },
  };
  return fake;
}
