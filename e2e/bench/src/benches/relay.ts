// npm run bench -- relay: see `help`.
import { transportNames } from '@muster/transport';
import { listOf, readCommandLine, text, textOr, whole } from '../command-line.ts';
import { startRelay } from '../controllers/relay.ts';
import { figure, short, spread } from '../figures.ts';
import { startWorkers } from '../load/load.ts';
import type { PlainResult } from '../load/plain-frames.ts';
import { machine, machineText } from '../machine.ts';
import { processTree } from '../memory.ts';
import { writeJson } from '../report-files.ts';
import { plainText } from '../text-table.ts';

const help = `npm run bench -- relay [options]: the transports alone. A relay of two sockets passes messages from a client to a worker, which
sends them back; beside libzmq's zmq_proxy in C (the zeromq package runs it)

  --rounds N         rounds (5)
  --relays LIST      of c, ${transportNames.join(', ')} (all)
  --load-transport T what client and worker use (${transportNames[0]})
  --json FILE        all measurements`;

const relays = ['c', ...transportNames] as const;
/** Frames of a message, bytes of each, messages there and back, and how many are under way. */
const shapes = [
  { frames: 8, frameBytes: 200, count: 20_000, window: 256 },
  { frames: 1, frameBytes: 100_000, count: 1000, window: 16 },
  { frames: 1, frameBytes: 1_000_000, count: 150, window: 8 },
  { frames: 1, frameBytes: 100_000_000, count: 3, window: 1 },
] as const;

const chosen = readCommandLine(
  'relay',
  help,
  { rounds: textOr('5'), relays: textOr(relays.join()), 'load-transport': textOr(transportNames[0]), json: text },
  (values) => ({
    rounds: whole('rounds', values.rounds),
    relays: listOf('relays', values.relays, relays),
    transport: listOf('load-transport', values['load-transport'], transportNames)[0]!,
    json: values.json,
  }),
);
type Shape = (typeof shapes)[number];
const all: (PlainResult & { readonly relay: string; readonly round: number; readonly shape: Shape })[] = [];

for (let round = 1; round <= chosen.rounds; round++)
  for (const name of chosen.relays) {
    await using relay = await startRelay(name);
    await using workers = await startWorkers();
    const { transport } = chosen;
    await workers.client.ask('open', { transport });
    await workers.engines.ask('echo', { endpoint: `tcp://127.0.0.1:${relay.back}`, transport });
    const pids = await processTree(relay.program.pid);
    for (const shape of shapes) {
      const endpoint = `tcp://127.0.0.1:${relay.front}`;
      const result = await workers.client.ask('plain', { endpoint, ...shape, pids });
      all.push({ ...result, relay: name, round, shape });
      const { messagesPerS, bytesPerS, cpuUs } = result;
      console.error(
        `${round}/${chosen.rounds} ${name}: ${titleOf(shape)}: ${short(messagesPerS)} messages/s, ${short(bytesPerS / 1e6)} MB/s, ${short(cpuUs)} µs CPU each`,
      );
    }
  }

const rows = shapes.flatMap((shape) => {
  const told = (of: (one: PlainResult) => number): string[] =>
    chosen.relays.map((name) => spread(figure(all.filter((one) => one.relay === name && one.shape === shape).map(of))));
  const large = shape.frames * shape.frameBytes >= 100_000;
  return [
    large
      ? [`${titleOf(shape)}, MB/s`, ...told(({ bytesPerS }) => bytesPerS / 1e6)]
      : [`${titleOf(shape)}, messages/s`, ...told(({ messagesPerS }) => messagesPerS)],
    ['  CPU of the relay for each, µs', ...told(({ cpuUs }) => cpuUs)],
  ];
});
console.log(`${plainText([['', ...chosen.relays], ...rows])}\n\n${machineText([])}`);
if (chosen.json !== undefined)
  writeJson(chosen.json, { bench: 'relay', machine: machine(), options: chosen, results: all });

function titleOf({ frames, frameBytes }: Shape): string {
  return frames === 1 ? `a frame of ${short(frameBytes)} bytes` : `${frames} frames of ${frameBytes} bytes`;
}
