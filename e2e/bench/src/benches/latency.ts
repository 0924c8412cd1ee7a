// npm run bench -- latency: see `help`.
import { transportNames } from '@muster/transport';
import { listOf, readCommandLine, text, textOr, whole } from '../command-line.ts';
import { ours, startController, theirs } from '../controllers/contender.ts';
import { relayConnection, startRelay } from '../controllers/relay.ts';
import { figure, short, spread } from '../figures.ts';
import type { RunResult } from '../load/client.ts';
import type { Workers } from '../load/load.ts';
import { startLoad, startWorkers } from '../load/load.ts';
import type { Mode } from '../load/requests.ts';
import { machine, machineText } from '../machine.ts';
import { writeJson } from '../report-files.ts';
import { findPeer } from '../system.ts';
import { plainText } from '../text-table.ts';

const help = `npm run bench -- latency [options]: from a client's request to the engine's answer, one at a time, direct and load-balanced, through
our controller, Python's, and libzmq's zmq_proxy in C (the zeromq package runs it) as the floor

  --rounds N       rounds (5)
  --requests N     requests in each (2000)
  --transport LIST ours on each of these transports (its default)
  --json FILE      all measurements`;

const chosen = readCommandLine(
  'latency',
  help,
  { rounds: textOr('5'), requests: textOr('2000'), transport: text, json: text },
  (values) => ({
    rounds: whole('rounds', values.rounds),
    requests: whole('requests', values.requests),
    transports: values.transport === undefined ? [] : listOf('transport', values.transport, transportNames),
    json: values.json,
  }),
);
const found = await findPeer();
const own = chosen.transports.length === 0 ? [ours()] : chosen.transports.map((name) => ours(name));
const controllers = found === undefined ? own : [...own, theirs(found)];
const all: { readonly through: string; readonly mode: Mode; readonly round: number; readonly result: RunResult }[] = [];

for (let round = 1; round <= chosen.rounds; round++) {
  for (const contender of controllers) {
    await using running = await startController(contender, { store: 'memory' });
    await using load = await startLoad({ ...running, engines: 4 });
    for (const mode of ['direct', 'task'] as const) await measure(load, contender.name, mode, round);
  }
  await using relay = await startRelay('c');
  await using workers = await startWorkers();
  const [transport, key] = [transportNames[0], 'of this run'];
  await workers.client.ask('open', { connection: relayConnection(relay.front, key), transport });
  await workers.engines.ask('bare', { endpoint: `tcp://127.0.0.1:${relay.back}`, key, transport });
  await measure(workers, 'C zmq_proxy', 'relay', round);
}

const names = [...new Set(all.map(({ through, mode }) => `${through}, ${mode}`))];
const rows = names.map((name) => {
  const same = all.filter(({ through, mode }) => `${through}, ${mode}` === name);
  const told = (member: 'p50Us' | 'p99Us'): string => spread(figure(same.map(({ result }) => result[member])));
  return [name, told('p50Us'), told('p99Us')];
});
console.log(
  `${plainText([['', 'p50, µs', 'p99, µs'], ...rows])}\n\n${machineText(found === undefined ? [] : [found.name])}`,
);
if (chosen.json !== undefined)
  writeJson(chosen.json, { bench: 'latency', machine: machine(), options: chosen, results: all });

async function measure({ client }: Workers, through: string, mode: Mode, round: number): Promise<void> {
  const run = { mode, window: 1, settle: false, pids: [] };
  await client.ask('run', { ...run, tasks: Math.ceil(chosen.requests / 4) });
  const result = await client.ask('run', { ...run, tasks: chosen.requests });
  all.push({ through, mode, round, result });
  console.error(
    `${round}/${chosen.rounds} ${through}, ${mode}: p50 ${short(result.p50Us)} µs, p99 ${short(result.p99Us)} µs`,
  );
}
