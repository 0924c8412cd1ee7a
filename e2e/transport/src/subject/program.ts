// One socket of our zmtp transport in a process of its own, so that its memory can be measured: a ROUTER that echoes, a PUB that
// publishes, or a socket that connects. Told by its parent over the channel of `fork`; ends with it.
import type { SocketKind, SocketOptions } from '@muster/transport';
import type { ZmtpTransport } from '@muster/transport/zmtp';
import { createZmtpTransport } from '@muster/transport/zmtp';
import type { Asked, Figures, Told } from './messages.ts';

const errors: string[] = [];
let transport: ZmtpTransport;
let send: (peer: string, frames: Uint8Array[]) => void;
let connect: (endpoint: string) => void;
let received = 0;

async function start({ kind, options, limits, heartbeat, connectTo, publishes }: Extract<Asked, { do: 'start' }>) {
  transport = createZmtpTransport({
    limits,
    onError: (error) => errors.push(error.message),
    ...(heartbeat && { heartbeat }),
  });
  const socket = transport.open({ kind: kind as SocketKind, ...(options as Omit<SocketOptions, 'kind'>) });
  if (kind !== 'pub')
    socket.onMessages((batch) => {
      received += batch.length;
      if (kind === 'router') for (const { peer, frames } of batch) socket.send(peer, frames);
    });
  send = (peer, frames) => socket.send(peer, frames);
  connect = (endpoint) => socket.connect(endpoint);
  if (publishes) setInterval(() => socket.send('', [Buffer.from('tick'), Buffer.alloc(1000)]), 5);
  if (connectTo === undefined) return socket.bind('tcp://127.0.0.1:*');
  socket.connect(connectTo);
  return connectTo;
}

function figures(): Figures {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    rss,
    held: heapUsed + external,
    received,
    errors,
    counters: transport.counters,
    handles: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
  };
}

async function obey(asked: Asked): Promise<unknown> {
  if (asked.do === 'start') return start(asked);
  if (asked.do === 'figures') return figures();
  if (asked.do === 'connect') return connect(asked.endpoint);
  for (let n = 0; n < asked.count; n++) send(asked.peer, [Buffer.alloc(asked.size)]);
  return undefined;
}

process.on('message', (asked: Asked) => {
  const answer = (words: Omit<Told, 'id'>): boolean => process.send!({ id: asked.id, ...words });
  obey(asked).then(
    (value) => answer({ value }),
    (error: Error) => answer({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit());
