// How the nanny opens its sockets, and what it signs and checks with.
import type { Clock } from '@muster/machine';
import type { EngineConnection, Frames, JsonObject, Message, ReplayGuard } from '@muster/protocol';
import {
  buildMessage,
  channelUrl,
  createHeaderSource,
  createReplayGuard,
  findDelimiter,
  openMessage,
} from '@muster/protocol';
import type { Socket, SocketKind, Transport } from '@muster/transport';
import { createHmacSigner } from '@muster/transport';

export interface NannySockets {
  /** A socket that announces the engine's uuid and connects to that port of the controller. */
  connect(kind: SocketKind, port: number): Socket;
  build(msgType: string, content: object, parentHeader?: JsonObject, metadata?: object): Message;
  /** Throws ProtocolError. `ids`: the routing ids in front, copied. */
  read(frames: Frames, guard: ReplayGuard): { readonly ids: Frames; readonly message: Message };
}

/** Goodbyes must leave even when the controller is slow to take them. */
const lingerMs = 2000;

export function createNannySockets(
  transport: Transport,
  connection: EngineConnection,
  uuid: string,
  clock: Clock,
): NannySockets {
  const signer = createHmacSigner(connection.key);
  const headers = createHeaderSource(uuid, 'nanny');
  const curve =
    connection.curve_serverkey === null
      ? {}
      : { curve: { role: 'client', serverKey: connection.curve_serverkey } as const };
  return {
    connect(kind, port) {
      const socket = transport.open({ kind, lingerMs, ...(kind === 'sub' ? {} : { identity: uuid }), ...curve });
      socket.connect(channelUrl(connection, port));
      return socket;
    },
    build: (msgType, content, parentHeader = {}, metadata = {}) => {
      const header = headers.next(msgType, clock.nowUs());
      // The kernel counts message ids of the same session.
      header.msg_id = header.msg_id.replace(/_(\d+)$/, '_n$1');
      return buildMessage(signer, { header, parentHeader, metadata, content });
    },
    read(frames, guard) {
      const at = findDelimiter(frames);
      const message = openMessage(frames, signer, guard, at);
      return { ids: frames.slice(0, at).map((id) => Uint8Array.from(id)), message };
    },
  };
}

export const newGuard = (): ReplayGuard => createReplayGuard(10_000);
