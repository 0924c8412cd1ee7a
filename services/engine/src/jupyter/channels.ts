// Our end of a Jupyter kernel's sockets: it listens, we connect.
import { createSystemClock, newId } from '@muster/machine/node';
import type { JsonObject, Message } from '@muster/protocol';
import { buildMessage, createHeaderSource, openMessage } from '@muster/protocol';
import type { Socket, SocketKind, Transport } from '@muster/transport';
import { createHmacSigner } from '@muster/transport';
import type { JupyterChannel, JupyterConnection } from './connection.ts';

export interface JupyterChannels {
  /** Sends a request; gives its msg_id. */
  send(channel: 'shell' | 'control', msgType: string, content: object): string;
  close(): Promise<void>;
}

export interface ChannelsOptions {
  readonly transport: Transport;
  readonly connection: JupyterConnection;
  readonly onReply: (message: Message) => void;
  readonly onIopub: (message: Message) => void;
  /** The kernel asks a person, who is not there: it gets an empty line. */
  readonly onInputAsked: () => void;
  readonly onDropped: (error: unknown) => void;
}

export function openChannels(options: ChannelsOptions): JupyterChannels {
  const { transport, connection, onReply, onIopub, onInputAsked, onDropped } = options;
  const session = newId();
  const signer = createHmacSigner(connection.key);
  const headers = createHeaderSource(session);
  const clock = createSystemClock();

  function open(channel: JupyterChannel, kind: SocketKind, onMessage: (message: Message) => void): Socket {
    // A kernel sends what it asks on stdin to the identity that the request came from.
    const socket = transport.open({ kind, lingerMs: 500, ...(kind === 'dealer' ? { identity: session } : {}) });
    socket.onMessages((batch) => {
      for (const { frames } of batch) {
        try {
          onMessage(openMessage(frames, signer));
        } catch (error) {
          onDropped(error);
        }
      }
    });
    socket.connect(`tcp://127.0.0.1:${connection.ports[channel]}`);
    return socket;
  }
  const build = (msgType: string, content: object, parentHeader: JsonObject = {}) =>
    buildMessage(signer, { header: headers.next(msgType, clock.nowUs()), parentHeader, content });

  const iopub = open('iopub', 'sub', onIopub);
  const shell = open('shell', 'dealer', onReply);
  const control = open('control', 'dealer', () => {});
  const stdin = open('stdin', 'dealer', (asked) => {
    if (asked.header.msg_type !== 'input_request') return;
    onInputAsked();
    stdin.send('', build('input_reply', { value: '' }, asked.header).toWire());
  });
  return {
    send(channel, msgType, content) {
      const message = build(msgType, content);
      (channel === 'shell' ? shell : control).send('', message.toWire());
      return message.header.msg_id;
    },
    async close() {
      await Promise.all([iopub, shell, control, stdin].map((socket) => socket.close()));
    },
  };
}
