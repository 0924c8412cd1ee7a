// An engine that registers, beats and replies to every request at once without running anything. Around each reply it
// publishes `busy` and `idle`, as real engines do.
import { newId } from '@muster/machine/node';
import type { EngineConnection, Frames, Message, Signer } from '@muster/protocol';
import {
  buildMessage,
  channelUrl,
  createHeaderSource,
  decodeLatin1,
  findDelimiter,
  openMessage,
} from '@muster/protocol';
import type { Socket, SocketKind, Transport } from '@muster/transport';
import { createHeaders, framesOf, nowText, okContent } from './wire-text.ts';

export interface EnginePool {
  readonly signer: Signer;
  readonly transport: Transport;
  /** Sent with each reply. */
  result: Uint8Array;
  /** While true, requests wait. */
  holding: boolean;
  readonly held: (() => void)[];
  /** Requests answered; those that were malformed or wrongly signed. */
  answered: number;
  bad: number;
}

/** Resolves when the hub has answered its registration and it beats. */
export async function startFakeEngine(pool: EnginePool, connection: EngineConnection): Promise<void> {
  const uuid = newId();
  const { registration, mux, task, broadcast, control, iopub, hb_ping, hb_pong } = connection;
  const connected = (kind: SocketKind, ports: readonly number[], identity?: string): Socket => {
    const socket = pool.transport.open({ kind, ...(identity !== undefined && { identity }) });
    for (const port of ports) socket.connect(channelUrl(connection, port));
    return socket;
  };
  const query = connected('dealer', [registration], uuid);
  const id = await register(query, pool.signer, uuid);
  const shell = connected('router', [mux, task, broadcast[id % broadcast.length]!], uuid);
  const status = connected('pub', [iopub], uuid);
  connected('router', [control], uuid).onMessages(() => {});
  answerOn(shell, pool, createAnswering(pool, { uuid, shell, status, topic: `engine.${id}.status` }));
  const pong = connected('dealer', [hb_pong], uuid);
  connected('sub', [hb_ping]).onMessages((batch) => {
    for (const { frames } of batch) pong.send('', frames);
  });
}

/** An engine without a controller: behind a relay, from which it takes `[client, message…]` by a DEALER. */
export function startBareEngine(pool: EnginePool, endpoint: string): void {
  const shell = pool.transport.open({ kind: 'dealer' });
  shell.connect(endpoint);
  answerOn(shell, pool, createAnswering(pool, { uuid: newId(), shell }));
}

function answerOn(shell: Socket, pool: EnginePool, answer: Answer): void {
  shell.onMessages((batch) => {
    const date = nowText();
    for (const { peer, frames } of batch) {
      if (pool.holding) pool.held.push(() => answer(peer, frames, nowText()));
      else answer(peer, frames, date);
    }
  });
}

function register(query: Socket, signer: Signer, uuid: string): Promise<number> {
  const header = createHeaderSource(`${uuid}-registration`).next('registration_request', Date.now() * 1000);
  query.send('', buildMessage(signer, { header, content: { uuid } }).toWire());
  return new Promise((resolve, reject) =>
    query.onMessages(([reply]) => {
      const message: Message = openMessage(reply!.frames, signer);
      const { status, id } = message.content;
      if (status === 'ok' && typeof id === 'number') resolve(id);
      else reject(new Error(`The hub refused an engine: ${JSON.stringify(message.content)}`));
    }),
  );
}

interface Mouth {
  readonly uuid: string;
  readonly shell: Socket;
  /** Where it publishes, and as what. */
  readonly status?: Socket;
  readonly topic?: string;
}

type Answer = (peer: string, frames: Frames, date: string) => void;

function createAnswering(pool: EnginePool, { uuid, shell, status, topic = '' }: Mouth): Answer {
  const { signer } = pool;
  const replyHeader = createHeaders(uuid, 'apply_reply');
  const statusHeader = createHeaders(uuid, 'status');
  const statusMetadata = Buffer.from(`{"engine": "${uuid}"}`);
  const topicFrame = Buffer.from(topic);
  const busy = Buffer.from('{"execution_state": "busy"}');
  const idle = Buffer.from('{"execution_state": "idle"}');
  let sent = 0;
  const publish = (content: Buffer, parent: Uint8Array, date: string): void => {
    if (status === undefined) return;
    const parts = [statusHeader(sent++, date), parent, statusMetadata, content] as const;
    status.send('', [topicFrame, ...framesOf(signer.sign(parts), parts, [])]);
  };
  return (peer, frames, date) => {
    const at = findDelimiter(frames);
    const [signature, header, parent, metadata, content] = frames.slice(at + 1);
    if (at < 1 || content === undefined || !signer.verify(signature!, [header!, parent!, metadata!, content])) {
      pool.bad++;
      return;
    }
    publish(busy, header!, date);
    const parts = [replyHeader(sent++, date), header!, replyMetadata(uuid, metadata!, date), okContent] as const;
    shell.send(peer, [...frames.slice(0, at), ...framesOf(signer.sign(parts), parts, [pool.result])]);
    publish(idle, header!, date);
    pool.answered++;
  };
}

/** What scheduler and hub want to know of a reply (§4.5). The metadata of a broadcast names all its targets: they are not parsed. */
function replyMetadata(uuid: string, request: Uint8Array, date: string): Buffer {
  const text = decodeLatin1(request);
  const broadcast = text.includes('"is_broadcast"');
  const original = broadcast ? (/"original_msg_id": ?"([^"]*)"/.exec(text)?.[1] ?? '') : '';
  const coalescing = broadcast && /"is_coalescing": ?true/.test(text);
  return Buffer.from(
    `{"started": "${date}", "dependencies_met": true, "engine": "${uuid}", "label": null, "status": "ok", "is_broadcast": ${broadcast}, "is_coalescing": ${coalescing}, "original_msg_id": "${original}"}`,
    'latin1',
  );
}
