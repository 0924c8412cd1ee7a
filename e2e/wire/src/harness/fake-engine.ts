// An engine by hand: it registers, echoes heartbeats, and does with requests what the test says.
import type { Frames, Json } from '@muster/protocol';
import { encodeText } from '@muster/protocol';
import { fenceMark } from './fake-client.ts';
import type { Heard } from './heard.ts';
import { idOf, typeOf } from './heard.ts';
import type { Line } from './line.ts';
import type { Wire, Words } from './wire.ts';
import { now } from './wire.ts';

export interface EngineOptions {
  readonly uuid: string;
  /** The id it asks for. */
  readonly id?: number;
}

export interface Answer extends Words {
  /** Default: `execute_reply` to an execute_request, and so on. */
  readonly msgType?: string;
}

export interface FakeEngine {
  readonly uuid: string;
  /** As given by the hub; -1 when it was refused. */
  readonly id: number;
  readonly registered: Heard | undefined;
  /** The ROUTER that is connected to mux, task and one broadcast leaf. */
  readonly shell: Line;
  readonly control: Line;
  readonly query: Line;
  /** Set to false, it lets heartbeats pass. */
  beating: boolean;
  /** The next request on shell. */
  next(timeoutMs?: number): Promise<Heard | undefined>;
  /** Answers a request with the same id frames; metadata and content by default those of a good reply. */
  reply(request: Heard, answer?: Answer): void;
  /** Publishes on iopub; no topic: no topic frame. */
  publish(topic: string | undefined, msgType: string, words?: Words): void;
  /** Closes its sockets; the hub is told nothing. */
  close(): Promise<void>;
}

/** Metadata of a good reply (§4.5). */
export function replyMetadata(uuid: string, status = 'ok'): { [key: string]: Json } {
  const quiet = { is_broadcast: false, is_coalescing: false, original_msg_id: '', label: null };
  return { started: now(), dependencies_met: true, engine: uuid, ...quiet, status };
}

const goodContent = (type: string): Json =>
  type === 'execute_reply' ? { status: 'ok', execution_count: 1, user_expressions: {}, payload: [] } : { status: 'ok' };

/** Asks for registration and opens all sockets. It is announced some beats later: see `announced`. */
export async function startFakeEngine(wire: Wire, { uuid, id: wanted }: EngineOptions): Promise<FakeEngine> {
  const name = (channel: string): string => `engine ${uuid} ${channel}`;
  const query = wire.connect({
    name: name('query'),
    kind: 'dealer',
    side: 'engine',
    channels: ['registration'],
    identity: uuid,
  });
  const content = wanted === undefined ? { uuid } : { uuid, id: wanted };
  query.send(wire.write('registration_request', { content }, uuid).frames);
  const registered = await query.next();
  const given = (registered?.content as { id?: unknown } | undefined)?.id;
  const id = typeof given === 'number' ? given : -1;
  const connect = (channel: string, kind: 'router' | 'pub', channels: Parameters<Wire['connect']>[0]['channels']) =>
    wire.connect({ name: name(channel), kind, side: 'engine', channels, identity: uuid, leaf: Math.max(id, 0) });
  const shell = connect('shell', 'router', ['mux', 'task', 'broadcast']);
  const control = connect('control', 'router', ['control']);
  const iopub = connect('iopub', 'pub', ['iopub']);
  const ping = wire.connect({ name: name('ping'), kind: 'sub', side: 'engine', channels: ['hb_ping'] });
  const pong = wire.connect({
    name: name('pong'),
    kind: 'dealer',
    side: 'engine',
    channels: ['hb_pong'],
    identity: uuid,
  });

  const engine: FakeEngine = {
    uuid,
    id,
    registered,
    shell,
    control,
    query,
    beating: true,
    next: (timeoutMs) => shell.next(undefined, timeoutMs),
    reply(request, answer = {}) {
      const { msgType = typeOf(request).replace('_request', '_reply') } = answer;
      const words: Words = {
        metadata: replyMetadata(uuid),
        content: goodContent(msgType),
        parent: request.header ?? {},
        ...answer,
      };
      const line = request.line === control.name ? control : shell;
      line.send([...request.ids, ...wire.write(msgType, words, uuid).frames], request.peer);
    },
    publish(topic, msgType, words) {
      const frames: Frames = wire.write(msgType, words, uuid).frames;
      iopub.send(topic === undefined ? frames : [encodeText(topic), ...frames]);
    },
    close: async () => void (await Promise.all([query, shell, control, iopub, ping, pong].map((line) => line.close()))),
  };
  ping.intercept((heard) => {
    if (engine.beating) pong.send(heard.frames);
    return true;
  });
  for (const line of [shell, control])
    line.intercept((heard) => {
      const isFence = (heard.content as { code?: unknown } | undefined)?.code === fenceMark;
      if (isFence) engine.reply(heard, { header: { msg_id: `answer to ${idOf(heard)}`, date: now() } });
      return isFence;
    });
  return engine;
}
