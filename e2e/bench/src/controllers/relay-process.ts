// relay-process.ts NAME: a relay without a controller, as a program: `c` is libzmq's zmq_proxy, which the zeromq package runs
// in C; other names are transports of ours. It prints its two ports as JSON, for clients and for workers, and runs until it
// is killed.
import type { Received, Socket } from '@muster/transport';
import { createTransport, transportNames } from '@muster/transport';
import { Proxy as CProxy, Dealer, Router } from 'zeromq';

const name = process.argv[2];
const any = 'tcp://127.0.0.1:0';
const portOf = (endpoint: string | null): number => Number(endpoint?.split(':').at(-1));
if (name === 'c') await relayInC();
else await relayHere();

async function relayInC(): Promise<void> {
  const unlimited = { sendHighWaterMark: 0, receiveHighWaterMark: 0 };
  const [front, back] = [new Router(unlimited), new Dealer(unlimited)];
  await front.bind(any);
  await back.bind(any);
  console.log(JSON.stringify({ front: portOf(front.lastEndpoint), back: portOf(back.lastEndpoint) }));
  await new CProxy(front, back).run();
}

async function relayHere(): Promise<void> {
  const known = transportNames.find((one) => one === name);
  if (known === undefined) throw new Error(`There is no relay '${name}': c, ${transportNames.join(', ')}`);
  const transport = createTransport({ name: known, onError: (error) => console.error(error.message) });
  const [front, back] = [transport.open({ kind: 'router' }), transport.open({ kind: 'dealer' })];
  const ports = [await front.bind(any), await back.bind(any)].map(portOf);
  forward(front, back);
  console.log(JSON.stringify({ front: ports[0], back: ports[1] }));
}

/** As zmq_proxy does: the dealer's side carries the client's identity as its first frame. */
function forward(front: Socket, back: Socket): void {
  front.onMessages((batch: readonly Received[]) => {
    for (const { peer, frames } of batch) back.send('', [Buffer.from(peer, 'latin1'), ...frames]);
  });
  back.onMessages((batch) => {
    for (const { frames } of batch) {
      const [client, ...rest] = frames;
      front.send(Buffer.from(client!).toString('latin1'), rest);
    }
  });
}
