// The `zeromq` package as a peer, in this process: libzmq has threads of its own.
import { setImmediate as turn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import * as zeromq from 'zeromq';
import { nthMessage, patterned, sameFrames } from '../messages.ts';
import { until } from '../until.ts';
import type { FrameSeen, FrameToSend, Peer, PeerKind, PeerOptions, PeerSocket } from './peer.ts';

const classes: Record<PeerKind, new () => unknown> = {
  router: zeromq.Router,
  dealer: zeromq.Dealer,
  req: zeromq.Request,
  rep: zeromq.Reply,
  pub: zeromq.Publisher,
  sub: zeromq.Subscriber,
  xpub: zeromq.XPublisher,
  xsub: zeromq.XSubscriber,
  pair: zeromq.Pair,
  push: zeromq.Push,
  pull: zeromq.Pull,
};
/** Numbers of libzmq's options (zmq.h). */
const numbers: Readonly<Record<string, number>> = {
  routing_id: 5,
  linger: 17,
  reconnect_ivl: 18,
  sndhwm: 23,
  rcvhwm: 24,
  sndtimeo: 28,
  router_mandatory: 33,
  xpub_verbose: 40,
  plain_server: 44,
  plain_username: 45,
  plain_password: 46,
  router_handover: 56,
  handshake_ivl: 66,
  heartbeat_ivl: 75,
  heartbeat_ttl: 76,
  heartbeat_timeout: 77,
};

/** What we use of the package's sockets; which of them can do what depends on the kind. */
interface Native {
  readonly closed: boolean;
  readonly lastEndpoint: string | null;
  setInt32Option(option: number, value: number): void;
  setStringOption(option: number, value: Buffer): void;
  bindSync(endpoint: string): void;
  connect(endpoint: string): void;
  disconnect(endpoint: string): void;
  subscribe(prefix: Buffer): void;
  unsubscribe(prefix: Buffer): void;
  send(frames: readonly Uint8Array[]): Promise<void>;
  receive(): Promise<Buffer[]>;
  close(): void;
}

export function startZeromq(): Peer {
  const open = new Set<Native>();
  return {
    name: 'zeromq',
    async open(kind, options = {}) {
      const native = new classes[kind]() as Native;
      set(native, { linger: 0, sndhwm: 0, rcvhwm: 0, sndtimeo: 5000, ...options });
      open.add(native);
      return socketOf(native, kind, () => open.delete(native));
    },
    async end() {
      for (const native of open) native.close();
      await turn();
    },
  };
}

function set(native: Native, options: PeerOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const number = numbers[name];
    if (number === undefined) throw new Error(`The number of the option ${name} is not in the table.`);
    if (typeof value === 'number') native.setInt32Option(number, value);
    else native.setStringOption(number, Buffer.from(value, 'latin1'));
  }
}

const bytesOf = (frame: FrameToSend): Uint8Array => {
  if (typeof frame === 'string') return Buffer.from(frame, 'latin1');
  return frame instanceof Uint8Array ? frame : patterned(frame.seed, frame.size);
};
const seen = (frame: Buffer): FrameSeen => (frame.length <= 65_536 ? frame : { size: frame.length, crc: crc32(frame) });

function socketOf(native: Native, kind: PeerKind, forget: () => void): PeerSocket {
  let inbox: Buffer[][] = [];
  let mode: 'collect' | 'echo' | 'ignore' = 'collect';
  let reading = false;
  // Sends are made one after the other: the package allows no second one meanwhile.
  let sending: Promise<void> = Promise.resolve();
  const send = (frames: readonly Uint8Array[]): Promise<void> => {
    const sent = sending.then(() => native.send(frames));
    sending = sent.catch(() => {});
    return sent;
  };

  async function read(): Promise<void> {
    if (reading || kind === 'pub' || kind === 'push') return;
    reading = true;
    // A REQ has one answer to read for each question; the others read on.
    while (!native.closed && mode !== 'ignore') {
      const frames = await native.receive().catch(() => undefined);
      if (frames === undefined) break;
      if (mode === 'echo') await send(frames).catch(() => {});
      else inbox.push(frames);
      if (kind === 'req') break;
    }
    reading = false;
  }
  async function take(count: number, patienceMs: number): Promise<Buffer[][]> {
    await until(() => inbox.length >= count, {
      timeoutMs: patienceMs,
      everyMs: 2,
      what: () => `${count} messages at the zeromq peer; ${inbox.length} came`,
    });
    const taken = inbox.slice(0, count);
    inbox = inbox.slice(count);
    return taken;
  }
  if (kind !== 'req') void read();
  return {
    async bind(endpoint) {
      native.bindSync(endpoint);
      return native.lastEndpoint!;
    },
    connect: async (endpoint) => native.connect(endpoint),
    disconnect: async (endpoint) => native.disconnect(endpoint),
    subscribe: async (prefix) =>
      kind === 'xsub' ? send([bytesOf(`\x01${prefix}`)]) : native.subscribe(Buffer.from(prefix, 'latin1')),
    unsubscribe: async (prefix) =>
      kind === 'xsub' ? send([bytesOf(`\0${prefix}`)]) : native.unsubscribe(Buffer.from(prefix, 'latin1')),
    async send(...frames) {
      await send(frames.map(bytesOf));
      if (kind === 'req') void read();
    },
    async sendRun({ first = 0, count, before = [] }) {
      const start = before.map(bytesOf);
      for (let n = first; n < first + count; n++) await send([...start, ...nthMessage(n)]);
    },
    receive: async (count = 1, patienceMs = 30_000) =>
      (await take(count, patienceMs)).map((frames) => frames.map(seen)),
    async checkRun({ first = 0, count, behind = 0 }) {
      const taken = await take(count, 30_000);
      return taken
        .flatMap((frames, i) => (sameFrames(frames.slice(behind), nthMessage(first + i)) ? [] : [i]))
        .slice(0, 3);
    },
    async skipTo(first) {
      const place = (): number => inbox.findIndex(([frame]) => frame!.toString('latin1') === first) + 1;
      const skipped = await until(place, { everyMs: 2, what: `a message ${first} at the zeromq peer` });
      return (await take(skipped, 0)).length;
    },
    async mode(next) {
      mode = next;
      if (kind !== 'req') void read();
    },
    events: () => Promise.reject(new Error('This peer does not tell what its monitor sees.')),
    async close(lingerMs = 0) {
      await sending;
      set(native, { linger: lingerMs });
      native.close();
      forget();
    },
  };
}
