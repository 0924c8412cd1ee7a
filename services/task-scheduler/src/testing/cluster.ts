// The service between real sockets: clients and engines that speak the wire, on a transport given by the test.
import type { Bus, Fact } from '@muster/bus';
import { createInProcessBus } from '@muster/bus';
import { createSystemPorts } from '@muster/machine/node';
import type { Frames, JsonObject, PeerId } from '@muster/protocol';
import {
  buildMessage,
  createHeaderSource,
  encodeText,
  findDelimiter,
  type Message,
  readMessage,
} from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import { silentLogger } from '@muster/telemetry';
import { loopbackSockets, until } from '@muster/testkit';
import type { Side, Socket, Transport } from '@muster/transport';
import { createHmacSigner } from '@muster/transport';
import type { TaskSchedulerConfig } from '../config.ts';
import { defaultConfig } from '../config.ts';
import type { TaskSchedulerService } from '../service.ts';
import { createTaskSchedulerService } from '../service.ts';

export const signer = createHmacSigner('a key of this cluster');

/** One request as an engine got it. */
interface Job {
  /** All frames in front of the delimiter but the scheduler's identity. */
  readonly ids: Frames;
  readonly message: Message;
  reply(metadata?: JsonObject, content?: JsonObject): void;
  /** The engine forgets it, as if it had never come. */
  lose(): void;
}

export interface Cluster {
  readonly service: TaskSchedulerService;
  readonly bus: Bus;
  readonly facts: Fact[];
  /** Constant parts of warnings and errors logged, with their fields. */
  readonly logged: { readonly fields: Record<string, unknown>; readonly text: string }[];
  connectClient(): TestClient;
  /** Connects and registers. */
  connectEngine(uuid: string): Promise<TestEngine>;
  close(): Promise<void>;
}
export interface TestClient {
  submit(metadata?: JsonObject, content?: JsonObject, msgType?: string): Message;
  /** A request that is not sent. */
  build(content: JsonObject): Message;
  sendRaw(frames: Frames): void;
  readonly replies: { readonly ids: Frames; readonly message: Message }[];
  replyTo(request: Message): Promise<Message>;
}
export interface TestEngine {
  readonly socket: Socket;
  readonly jobs: Job[];
  /** Probes that have come; each is answered when all jobs that came before it are. */
  readonly probes: number;
  nextJob(): Promise<Job>;
}

export async function createCluster(transport: Transport, config: Partial<TaskSchedulerConfig> = {}): Promise<Cluster> {
  const facts: Fact[] = [];
  const logged: Cluster['logged'] = [];
  const bus = createInProcessBus((error) => logged.push({ fields: { error }, text: 'bus' }));
  for (const type of ['task.received', 'task.dispatched', 'task.finished'] as const)
    bus.subscribe(type, (fact) => facts.push(fact));
  const tell = (fields: object, text: string): void => void logged.push({ fields: { ...fields }, text });
  const log: Logger = { ...silentLogger, warn: tell, error: tell };
  const sockets = loopbackSockets(transport);
  const ports = createSystemPorts();
  const service = await createTaskSchedulerService({
    sockets,
    bus,
    ports,
    signer,
    log,
    config: { ...defaultConfig, ...config },
  });
  const connect = (options: Parameters<Transport['open']>[0], side: Side): Socket => {
    const socket = transport.open(options);
    socket.connect(sockets.endpoint('task', side));
    return socket;
  };
  let engines = 0;
  return {
    service,
    bus,
    facts,
    logged,
    connectClient: () => createTestClient(connect({ kind: 'dealer' }, 'client'), () => ports.clock.nowUs()),
    async connectEngine(uuid) {
      const engine = createTestEngine(connect({ kind: 'router', identity: uuid }, 'engine'), uuid);
      await sayHello(engine, service);
      bus.publish({ type: 'engine.registered', engine: { id: engines++, uuid, kernel: 'python' } });
      return engine;
    },
    async close() {
      await service.stop();
      await transport.close();
      if (ports.timers.size > 0) throw new Error(`${ports.timers.size} timers are left`);
    },
  };
}

export function createTestClient(socket: Socket, nowUs: () => number): TestClient {
  const headers = createHeaderSource(`client-${Math.random()}`);
  const replies: { ids: Frames; message: Message }[] = [];
  socket.onMessages((batch) => {
    for (const { frames } of batch) {
      const at = findDelimiter(frames);
      replies.push({ ids: frames.slice(0, at), message: readMessage(frames, at) });
    }
  });
  return {
    replies,
    build: (content) => buildMessage(signer, { header: headers.next('apply_request', nowUs()), content }),
    submit(metadata = {}, content = {}, msgType = 'apply_request') {
      const message = buildMessage(signer, { header: headers.next(msgType, nowUs()), metadata, content });
      socket.send('', message.toWire());
      return message;
    },
    sendRaw: (frames) => socket.send('', frames),
    async replyTo({ header }) {
      const found = (): Message | undefined =>
        replies.find(({ message }) => message.parentId === header.msg_id)?.message;
      return until(found, { what: `a reply to ${header.msg_id}` });
    },
  };
}

export function createTestEngine(socket: Socket, uuid: string): TestEngine {
  const headers = createHeaderSource(uuid);
  const jobs: Job[] = [];
  /** What came and has not been answered, in order; probes answer themselves. */
  const open: { readonly job?: Job; readonly answer?: () => void }[] = [];
  let taken = 0;
  let probes = 0;
  function settle(): void {
    while (open[0]?.answer !== undefined) open.shift()!.answer!();
  }
  function close(job: Job): void {
    const at = open.findIndex((one) => one.job === job);
    if (at >= 0) open.splice(at, 1);
    settle();
  }
  function receive(peer: PeerId, frames: Frames): void {
    const at = findDelimiter(frames);
    const ids = frames.slice(0, at);
    const message = readMessage(frames, at);
    const send = (msgType: string, metadata: JsonObject, content: JsonObject): void => {
      const header = headers.next(msgType, Date.now() * 1000);
      const reply = buildMessage(signer, { header, parentHeader: message.header, metadata, content });
      socket.send(peer, [...ids, ...reply.toWire()]);
    };
    if (message.content.silent === true) {
      probes++;
      open.push({ answer: () => send('execute_reply', {}, { status: 'ok' }) });
      return settle();
    }
    const job: Job = {
      ids,
      message,
      reply(metadata = {}, content = { status: 'ok' }) {
        send('apply_reply', { status: 'ok', dependencies_met: true, engine: uuid, ...metadata }, content);
        close(job);
      },
      lose: () => close(job),
    };
    jobs.push(job);
    open.push({ job });
  }
  socket.onMessages((batch) => {
    for (const { peer, frames } of batch) receive(peer, frames);
  });
  return {
    socket,
    jobs,
    get probes() {
      return probes;
    },
    nextJob: () => until(() => jobs.length > taken && jobs[taken++], { what: `a job for ${uuid}` }),
  };
}

/** A ROUTER drops what is for peers whose connection is not up: wait until this one has been heard. */
async function sayHello(engine: TestEngine, service: TaskSchedulerService): Promise<void> {
  const before = service.counts().dropped.engine;
  const hello = [encodeText('hello')];
  await until(
    () => {
      engine.socket.send('task_out', hello);
      return service.counts().dropped.engine > before;
    },
    { what: 'the connection of an engine' },
  );
}
