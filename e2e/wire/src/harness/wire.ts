// The wire by hand: sockets to every port of a controller, and messages signed with its key, or wrongly.
import type { Channel, Frames, Json, JsonObject, Side, Signer } from '@muster/protocol';
import { delimiter, encodeText, formatDate } from '@muster/protocol';
import type { SocketKind } from '@muster/transport';
import { createHmacSigner, createTransport } from '@muster/transport';
import type { StartedController } from './controller.ts';
import type { Line } from './line.ts';
import { createLine } from './line.ts';

export interface Words {
  /** Sent as they are, of any JSON type; default `{}`. */
  readonly content?: Json;
  readonly metadata?: Json;
  readonly parent?: Json;
  readonly buffers?: Frames;
  /** Laid over the header. */
  readonly header?: JsonObject;
}

/** A message ready to be sent. */
export interface Written {
  readonly msgId: string;
  readonly header: JsonObject;
  /** From the delimiter on. */
  readonly frames: Frames;
}

export interface Wire {
  readonly controller: StartedController;
  readonly signer: Signer;
  /** Ids of messages written from now on begin with it: both controllers hear the same ids. */
  prefix: string;
  /** Dates of headers; by default the time of day. */
  clock: () => string;
  /** Opens a socket of that kind to a port; `leaf` picks a port where there are several. */
  connect(options: ConnectOptions): Line;
  /** Packs, signs and numbers a message, by default one of the client's. */
  write(msgType: string, words?: Words, session?: string): Written;
  /** Any four parts (bytes) with the signature that belongs to them, or to another key. */
  sign(parts: Frames, signer?: Signer): Frames;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly name: string;
  readonly kind: SocketKind;
  readonly side: Side;
  /** More than one: all of them on one socket. */
  readonly channels: readonly Channel[];
  readonly identity?: string;
  /** Index into a list of ports, modulo its length. Default 0. */
  readonly leaf?: number;
}

export const clientSession = 'wire-client';

let last = 0;
/** The time of day; never the same twice, and never without microseconds. */
export function now(): string {
  last = Math.max(Date.now() * 1000, last) + 1;
  return formatDate(last % 1_000_000 === 0 ? ++last : last);
}

export function createWire(controller: StartedController): Wire {
  const { files } = controller;
  const signer = createHmacSigner(String(files.client.key));
  const transport = createTransport({ onError: () => {} });
  // A count for each session: what one says does not change the ids of another.
  const counts = new Map<string, number>();
  let prefix = 'wire';
  let clock = now;

  function address(side: Side, channel: Channel, leaf: number): string {
    const port = files[side][channel];
    return `${files[side].interface}:${Array.isArray(port) ? port[leaf % port.length] : port}`;
  }
  function sign(parts: Frames, by = signer): Frames {
    return [delimiter, by.sign(parts as unknown as Parameters<Signer['sign']>[0]), ...parts];
  }
  return {
    controller,
    signer,
    get prefix() {
      return prefix;
    },
    set prefix(text) {
      prefix = text;
      counts.clear();
    },
    get clock() {
      return clock;
    },
    set clock(read) {
      clock = read;
    },
    connect({ name, kind, side, channels, identity, leaf = 0 }) {
      const serverKey = files[side].curve_serverkey;
      const socket = transport.open({
        kind,
        ...(identity === undefined ? {} : { identity }),
        ...(typeof serverKey === 'string' ? { curve: { role: 'client', serverKey } } : {}),
      });
      for (const channel of channels) socket.connect(address(side, channel, leaf));
      return createLine(name, socket, signer);
    },
    write(msgType, words = {}, session = clientSession) {
      const count = (counts.get(session) ?? 0) + (words.header?.msg_id === undefined ? 1 : 0);
      counts.set(session, count);
      const header = {
        msg_id: `${prefix}#${session === clientSession ? '' : `${session}.`}${count}`,
        msg_type: msgType,
        username: 'wire',
        session,
        date: words.header?.date ?? clock(),
        version: '5.3',
        ...words.header,
      };
      const parts = [
        header,
        words.parent ?? {},
        words.metadata ?? {},
        words.content === undefined ? {} : words.content,
      ];
      const packed = parts.map((part) => encodeText(JSON.stringify(part)));
      return { msgId: String(header.msg_id), header, frames: [...sign(packed), ...(words.buffers ?? [])] };
    },
    sign,
    close: () => transport.close(),
  };
}
