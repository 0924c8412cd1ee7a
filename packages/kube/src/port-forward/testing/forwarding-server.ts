// An API server that can do one thing: forward ports of pods that are made up, in its own words.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readClientFrames, serverFrame } from './server-frames.ts';

export interface ForwardingServer extends AsyncDisposable {
  readonly kubeconfig: string;
  /** Paths that were asked for. */
  readonly asked: string[];
}

export interface PodConnection {
  readonly socket: Socket;
  send(channel: number, bytes: Uint8Array): boolean;
}

/** `accept` gets connections that stand; what it returns is called with the bytes that come. */
export async function startForwardingServer(
  accept: (connection: PodConnection) => (bytes: Buffer) => void,
  breaks: { readonly accept?: string; readonly refuse?: boolean } = {},
): Promise<ForwardingServer> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('upgrade', (request, stream) => {
    const socket = stream as Socket;
    sockets.add(socket.on('error', () => {}));
    asked.push(request.url!);
    if (breaks.refuse) {
      const body = JSON.stringify({
        kind: 'Status',
        reason: 'Forbidden',
        message: 'pods "a" is forbidden: User "x" cannot create resource "pods/portforward"',
      });
      return socket.end(`HTTP/1.1 403 Forbidden\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    }
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const answer = breaks.accept ?? createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${answer}\r\n\r\n`,
    );
    const send = (channel: number, bytes: Uint8Array): boolean =>
      socket.write(serverFrame(2, Buffer.concat([Buffer.from([channel]), bytes])));
    const port = Buffer.alloc(2);
    port.writeUInt16LE(Number(new URL(request.url!, 'http://x').searchParams.get('ports')));
    for (const channel of [0, 1]) send(channel, port);
    const onBytes = accept({ socket, send });
    let held = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      held = Buffer.concat([held, bytes]);
      for (const { opcode, payload, size } of readClientFrames(held)) {
        held = held.subarray(size);
        if (opcode === 2) onBytes(payload.subarray(1));
        else if (opcode === 8) socket.end(serverFrame(8, payload));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'muster-kube-'));
  const kubeconfig = join(folder, 'config');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [clusters, users] = [
    [{ name: 'c', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    [{ name: 'u', user: { token: 't' } }],
  ];
  const contexts = [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'lab' } }];
  const config = { apiVersion: 'v1', kind: 'Config', clusters, users, contexts, 'current-context': 'x' };
  writeFileSync(kubeconfig, JSON.stringify(config));
  return {
    kubeconfig,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
      rmSync(folder, { recursive: true });
    },
  };
}
