// Against pyzmq, which stock clients and engines use. Needs PEER_PYTHON, a Python that can import zmq.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Frames } from '@muster/protocol';
import { encodeText } from '@muster/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bytesFrom, echo, inboxOf, text, until } from './contract/kit.ts';
import { createTransport } from './create-transport.ts';
import { generateCurvePair } from './curve-keys.ts';
import type { CurveClient, CurveServer, Socket, SocketKind } from './port.ts';

const python = process.env.PEER_PYTHON;
const count = 2_000;

interface Peer {
  /** Lines that it has printed. */
  readonly lines: string[];
  tell(line: string): void;
  /** Its exit status, what it complained of, and its last line. */
  end(): Promise<[number | null, string, string | undefined]>;
}

interface Told {
  readonly kind: SocketKind;
  readonly endpoint?: string;
  readonly identity?: string;
  readonly curve?: CurveServer | CurveClient | undefined;
  /** How long it waits for a message. Default 15 s. */
  readonly patienceMs?: number;
}

function startPeer({ kind, endpoint = '', identity = '', curve, patienceMs = 15_000 }: Told): Peer {
  const script = fileURLToPath(new URL('./interop-peer.py', import.meta.url));
  const told = { kind, endpoint, identity, curve: curve ?? null, count, patienceMs };
  const child = spawn(python!, [script, JSON.stringify(told)]);
  const lines: string[] = [];
  let complaint = '';
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    lines,
    tell: (line) => child.stdin.write(`${line}\n`),
    end: async () => [await exited, complaint, lines.at(-1)],
  };
}

const fine = [0, '', 'ok'];

/** The same as message() of interop-peer.py. */
const message = (n: number): Frames => [
  encodeText(String(n)),
  new Uint8Array(0),
  new Uint8Array(n % 300).fill(n % 256),
  new Uint8Array(n % 97 === 0 ? 100_000 : 0).fill(7),
];
const isMessage = (frames: Frames, n: number): boolean =>
  frames.length === 4 && message(n).every((frame, i) => Buffer.compare(frame, frames[i]!) === 0);

const openSocket = (kind: SocketKind, curve: Told['curve'], identity?: string, errors: Error[] = []): Socket => {
  const transport = createTransport({ onError: (error) => errors.push(error) });
  onTestFinished(() => transport.close());
  return transport.open({ kind, ...(curve && { curve }), ...(identity && { identity }) });
};
const endpointOf = async (peer: Peer): Promise<string> => {
  await until(
    () => peer.lines.length > 0,
    () => 'the Python peer is bound',
  );
  return peer.lines[0]!;
};

function interopTests(server: CurveServer | undefined): void {
  const client: CurveClient | undefined = server && { role: 'client', serverKey: server.publicKey };

  test('our ROUTER, its DEALER', async () => {
    const router = openSocket('router', server);
    const peers = new Set<string>();
    router.onMessages((batch) => {
      for (const { peer, frames } of batch) {
        peers.add(peer);
        router.send(peer, frames);
      }
    });
    const identity = '\x01\xfe\xff engine';
    const peer = startPeer({
      kind: 'dealer',
      endpoint: await router.bind('tcp://127.0.0.1:0'),
      identity,
      curve: client,
    });
    expect(await peer.end()).toEqual(fine);
    expect([...peers]).toEqual([identity]);
  });

  test('our DEALER, its ROUTER', async () => {
    const peer = startPeer({ kind: 'router', curve: server });
    const dealer = openSocket('dealer', client, 'client');
    const inbox = inboxOf(dealer);
    dealer.connect(await endpointOf(peer));
    for (let n = 0; n < count; n++) dealer.send('', message(n));
    const received = await inbox.wait(count);
    expect(received.findIndex(({ frames }, n) => !isMessage(frames, n))).toBe(-1);
    expect(await peer.end()).toEqual(fine);
  });

  test('our ROUTER that connects, its ROUTER', async () => {
    const peer = startPeer({ kind: 'router', identity: 'mux_out', curve: server });
    const router = openSocket('router', client, 'engine');
    const inbox = inboxOf(router);
    router.connect(await endpointOf(peer));
    let sent = 0;
    // Dropped until the peer has said its name.
    await until(
      () => {
        if (inbox.received.length === 0) router.send('mux_out', [encodeText('x'), bytesFrom(sent, 10)]);
        sent++;
        return inbox.received.length > 0;
      },
      () => 'an answer',
    );
    for (let n = 0; n < count; n++) router.send('mux_out', message(n));
    expect(await peer.end()).toEqual(fine);
    await inbox.wait(count);
    expect(new Set(inbox.received.map((one) => one.peer))).toEqual(new Set(['mux_out']));
    const numbered = inbox.received.filter(({ frames }) => text(frames) !== 'x');
    expect(numbered.findIndex(({ frames }, n) => !isMessage(frames, n))).toBe(-1);
  });

  test.each(['bound', 'connected'])('our PUB, %s, its SUB', async (how) => {
    const publisher = openSocket('pub', how === 'bound' ? server : client, 'engine');
    const endpoint = how === 'bound' ? await publisher.bind('tcp://127.0.0.1:0') : '';
    const peer = startPeer({ kind: 'sub', endpoint, curve: how === 'bound' ? client : server });
    if (how === 'connected') publisher.connect(await endpointOf(peer));
    await until(
      () => {
        publisher.send('', [encodeText('hello')]);
        return peer.lines.includes('heard');
      },
      () => 'the Python peer hears',
    );
    for (let n = 0; n < count; n++) publisher.send('', message(n));
    expect(await peer.end()).toEqual(fine);
  });

  test.each(['bound', 'connected'])('our SUB, %s, its PUB', async (how) => {
    const subscriber = openSocket('sub', how === 'bound' ? server : client);
    const inbox = inboxOf(subscriber);
    const endpoint = how === 'bound' ? await subscriber.bind('tcp://127.0.0.1:0') : '';
    const peer = startPeer({ kind: 'pub', endpoint, curve: how === 'bound' ? client : server });
    if (how === 'connected') subscriber.connect(await endpointOf(peer));
    await inbox.wait(1);
    peer.tell('heard');
    const numbered = () => inbox.received.filter(({ frames }) => text(frames) !== 'hello');
    await until(
      () => numbered().length >= count,
      () => `${count} publications; ${numbered().length} came`,
    );
    expect(numbered().findIndex(({ frames }, n) => !isMessage(frames, n))).toBe(-1);
    expect(await peer.end()).toEqual(fine);
  });
}

describe.skipIf(!python)('with pyzmq (skipped without PEER_PYTHON=a Python that has pyzmq)', () => {
  describe('plain', () => interopTests(undefined));
  describe('CURVE', () => interopTests({ role: 'server', ...generateCurvePair() }));

  test('a pyzmq client with a wrong key is kept out', async () => {
    const errors: Error[] = [];
    const router = openSocket('router', { role: 'server', ...generateCurvePair() }, 'server', errors);
    const inbox = inboxOf(router);
    echo(router);
    const endpoint = await router.bind('tcp://127.0.0.1:0');
    const stranger: CurveClient = { role: 'client', serverKey: generateCurvePair().publicKey };
    const peer = startPeer({ kind: 'dealer', endpoint, curve: stranger, patienceMs: 1_500 });
    expect((await peer.end())[1]).toContain('no message came');
    expect(inbox.received).toEqual([]);
    // Once, though it has tried many times.
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('a wrong CURVE server key')]);
  });
});
