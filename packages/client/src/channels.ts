// The sockets of a client: seven, all connecting (§2.1). Everything that comes in is verified here.
import type { ClientConnection, Frames, Message, ReplayGuard, Signer } from '@muster/protocol';
import {
  channelUrl,
  createReplayGuard,
  encodeText,
  equalBytes,
  openMessage,
  ProtocolError,
  readMessage,
} from '@muster/protocol';
import type { Socket, SocketKind, Transport } from '@muster/transport';

/** Channels on which a client sends. */
export type SendChannel = 'registration' | 'control' | 'mux' | 'task' | 'broadcast';

interface ChannelHandlers {
  reply(channel: SendChannel, message: Message): void;
  notified(message: Message): void;
  /** Only messages about requests of this session. */
  published(message: Message): void;
  /** Something came in that counts as a sign of life. */
  heard(): void;
  /** A message was dropped; `reason` is a code of the error table. */
  dropped(reason: string): void;
}

export interface Channels {
  send(channel: SendChannel, message: Message, engineUuid?: Uint8Array): void;
  close(): Promise<void>;
}

export interface ChannelOptions {
  readonly transport: Transport;
  readonly connection: ClientConnection;
  readonly signer: Signer;
  readonly session: string;
  readonly handlers: ChannelHandlers;
}

/** Opens and connects all. Subscriptions come first, so that nothing is missed that follows from a request. */
export function openChannels({ transport, connection, signer, session, handlers }: ChannelOptions): Channels {
  const curve =
    connection.curve_serverkey === null
      ? {}
      : { curve: { role: 'client', serverKey: connection.curve_serverkey } as const };

  function open(kind: SocketKind, port: number, receive: (frames: Frames) => void): Socket {
    const socket = transport.open({ kind, ...curve });
    socket.onMessages((batch) => {
      for (const { frames } of batch) take(frames, receive);
    });
    socket.connect(channelUrl(connection, port));
    return socket;
  }
  function take(frames: Frames, receive: (frames: Frames) => void): void {
    try {
      receive(frames);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      handlers.dropped(error.code);
    }
  }
  // Replies need no guard against replay: a request takes one reply. Notifications and output do.
  const guard: ReplayGuard = createReplayGuard(16_384);
  const sessionBytes = Buffer.from(session);

  const subscribers = [
    open('sub', connection.notification, (frames) => {
      const message = openMessage(frames, signer, guard);
      handlers.heard();
      handlers.notified(message);
    }),
    open('sub', connection.iopub, (frames) => {
      // All clients' output comes by here; what does not name our session is not even parsed.
      const message = readMessage(frames);
      if (!asBuffer(message.frames[2]!).includes(sessionBytes) || isBusy(message)) return;
      const ours = openMessage(frames, signer, guard);
      handlers.heard();
      if (ours.parentHeader.session === session) handlers.published(ours);
    }),
  ];
  const dealer = (channel: SendChannel): Socket =>
    open('dealer', connection[channel], (frames) => {
      const message = openMessage(frames, signer);
      handlers.heard();
      handlers.reply(channel, message);
    });
  const dealers = {
    registration: dealer('registration'),
    control: dealer('control'),
    mux: dealer('mux'),
    task: dealer('task'),
    broadcast: dealer('broadcast'),
  };
  return {
    send(channel, message, engineUuid) {
      const wire = message.toWire();
      if (engineUuid !== undefined) wire.unshift(engineUuid);
      dealers[channel].send('', wire);
    },
    async close() {
      await Promise.all([...subscribers, ...Object.values(dealers)].map((socket) => socket.close()));
    },
  };
}

const busyContents = ['{"execution_state":"busy"}', '{"execution_state": "busy"}'].map(encodeText);

/** One comes before each task and tells us nothing: to verify it would cost a tenth of all that a task costs here. */
const isBusy = ({ frames }: Message): boolean => busyContents.some((content) => equalBytes(frames[4]!, content));

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
