// A client by hand: one socket a channel, requests, and silence that is proven instead of waited for.
import type { Channel } from '@muster/protocol';
import { encodeText } from '@muster/protocol';
import type { Heard } from './heard.ts';
import { parentIdOf } from './heard.ts';
import type { Line } from './line.ts';
import type { Wire, Words, Written } from './wire.ts';
import { now } from './wire.ts';

/** The channels on which a client asks. */
export type Asked = 'registration' | 'mux' | 'task' | 'broadcast' | 'control';

export interface FakeClient {
  readonly wire: Wire;
  readonly lines: Readonly<Record<Asked | 'notification' | 'iopub', Line>>;
  /** Sends a request; `to` is the uuid of an engine, on mux and control. */
  request(channel: Asked, msgType: string, words?: Words, to?: string): Written;
  /** The reply to a request; undefined when it does not come in `timeoutMs` (default 10,000). */
  reply(channel: Asked, request: Written, timeoutMs?: number): Promise<Heard | undefined>;
  /** Both at once. */
  ask(channel: Asked, msgType: string, words?: Words, to?: string): Promise<Heard | undefined>;
  /**
   * What a channel says of all that was sent on it, and nothing more: sends a question that is always answered, waits for its
   * answer, and takes all that came before. A controller reads a socket in order, so an empty list proves its silence.
   * Where the question itself was lost, it is asked again, and `lost` counts. Engine `by` (default: the fence) answers it: what
   * that engine sent before has then come, too.
   */
  settle(channel: Asked, by?: Answerer): Promise<{ readonly heard: Heard[]; readonly lost: number }>;
  close(): Promise<void>;
}

/** A fake engine that answers questions of the harness. */
export interface Answerer {
  readonly uuid: string;
  readonly id: number;
}

/** How long a fence may take before it counts as lost. */
const fenceMs = 1500;
/** Content of questions whose answer only shows that those before were heard; a fake engine answers them by itself. */
export const fenceMark = 'wire fence';

/** Is it the msg_id of a request that the harness makes by itself? Hubs list those, too. */
export const isHarnessId = (msgId: string): boolean => /^(fence|schedulable) /.test(msgId);

/** `fence` is a fake engine that is always there; only mux, task, broadcast and control need it. */
export function createFakeClient(wire: Wire, fence?: Answerer): FakeClient {
  const connect = (channel: Channel, kind: 'dealer' | 'sub'): Line =>
    wire.connect({ name: `client ${channel}`, kind, side: 'client', channels: [channel] });
  const lines = {
    registration: connect('registration', 'dealer'),
    mux: connect('mux', 'dealer'),
    task: connect('task', 'dealer'),
    broadcast: connect('broadcast', 'dealer'),
    control: connect('control', 'dealer'),
    notification: connect('notification', 'sub'),
    iopub: connect('iopub', 'sub'),
  };
  const request: FakeClient['request'] = (channel, msgType, words, to) => {
    const written = wire.write(msgType, words);
    lines[channel].send(to === undefined ? written.frames : [encodeText(to), ...written.frames]);
    return written;
  };
  const reply: FakeClient['reply'] = (channel, { msgId }, timeoutMs) =>
    lines[channel].next((heard) => parentIdOf(heard) === msgId, timeoutMs);

  let fences = 0;
  function sendFence(channel: Asked, by: Answerer | undefined): string {
    const msgId = `fence ${++fences}`;
    const header = { msg_id: msgId, date: now() };
    const content = { code: fenceMark, silent: true, user_expressions: {} };
    if (channel === 'registration') request(channel, 'connection_request', { header });
    else if (by === undefined) throw new Error(`${channel} has no engine that answers questions of the harness.`);
    else if (channel === 'mux') request(channel, 'execute_request', { header, content }, by.uuid);
    else if (channel === 'control') request(channel, 'clear_request', { header, content }, by.uuid);
    else if (channel === 'task')
      request(channel, 'execute_request', { header, content, metadata: { targets: [by.uuid] } });
    else {
      const metadata = { targets: [[by.uuid, by.id]], is_broadcast: true, is_coalescing: false };
      request(channel, 'execute_request', { header, content, metadata });
    }
    return msgId;
  }
  const settle: FakeClient['settle'] = async (channel, by = fence) => {
    const line = lines[channel];
    for (let lost = 0; lost < 5; lost++) {
      const msgId = sendFence(channel, by);
      // A broadcast's reply names the request of one engine: the id with its uuid behind.
      if ((await line.next((heard) => parentIdOf(heard).startsWith(msgId), fenceMs)) === undefined) continue;
      return { heard: line.drain().filter((heard) => !isHarnessId(parentIdOf(heard))), lost };
    }
    throw new Error(
      `${wire.controller.whose}: ${channel} does not answer any more.\n${wire.controller.program.output}`,
    );
  };
  return {
    wire,
    lines,
    request,
    reply,
    ask: (channel, msgType, words, to) => reply(channel, request(channel, msgType, words, to)),
    settle,
    close: async () => void (await Promise.all(Object.values(lines).map((line) => line.close()))),
  };
}
