// Large buffers from a client to engines and back: through a controller, or through a relay alone.
import type { TransportName } from '@muster/transport';
import { transportNames } from '@muster/transport';
import type { Contender } from '../controllers/contender.ts';
import { startController } from '../controllers/contender.ts';
import { relayConnection, startRelay } from '../controllers/relay.ts';
import type { Workers } from '../load/load.ts';
import { startLoad, startWorkers } from '../load/load.ts';
import type { Mode } from '../load/requests.ts';
import { memoryOf, processTree } from '../memory.ts';

export type Direction = 'push' | 'pull' | 'broadcast';
export const directions: readonly Direction[] = ['push', 'pull', 'broadcast'];

export interface Transfer {
  readonly direction: Direction;
  readonly sizeBytes: number;
  /** What arrived at its end in a second; a broadcast arrives at each engine. */
  readonly bytesPerS: number;
  /** Processor time of what is in the middle, for each MB (10^6 bytes) that passed. */
  readonly cpuUsPerMb: number;
  /** Resident memory of what is in the middle, afterwards. */
  readonly residentMb: number;
}

/** Buffers go through what is measured one after the other, as in a notebook; small ones some at a time. */
const windowOf = (sizeBytes: number): number => (sizeBytes >= 1e7 ? 1 : 8);
/** About that much for a figure, in at least three transfers. */
const totalBytes = 3e8;
const countOf = (sizeBytes: number): number => Math.min(2000, Math.max(3, Math.ceil(totalBytes / sizeBytes)));
const broadcastEngines = 4;

export interface TransferOptions {
  readonly sizesBytes: readonly number[];
  readonly directions: readonly Direction[];
  /** What client and engines use. */
  readonly transport?: TransportName | undefined;
  readonly onTransfer: (transfer: Transfer) => void;
}

/** Rejects when anything was lost, wrong or answered with an error. */
export async function throughController(contender: Contender, options: TransferOptions): Promise<void> {
  await using running = await startController(contender, { store: 'memory' });
  await using load = await startLoad({ ...running, engines: broadcastEngines, transport: options.transport });
  const pid = running.program.pid;
  for (const direction of options.directions)
    for (const sizeBytes of options.sizesBytes)
      options.onTransfer(
        await transfer(load, { mode: direction === 'broadcast' ? 'broadcast' : 'direct', direction, sizeBytes, pid }),
      );
}

/** Through libzmq's zmq_proxy, or a transport of ours alone; it broadcasts nothing. */
export async function throughRelay(name: string, options: TransferOptions): Promise<void> {
  await using relay = await startRelay(name);
  await using workers = await startWorkers();
  const { transport = transportNames[0] } = options;
  const key = 'of this run';
  await workers.client.ask('open', { connection: relayConnection(relay.front, key), transport });
  await workers.engines.ask('bare', { endpoint: `tcp://127.0.0.1:${relay.back}`, key, transport });
  const pid = relay.program.pid;
  for (const direction of options.directions.filter((one) => one !== 'broadcast'))
    for (const sizeBytes of options.sizesBytes)
      options.onTransfer(await transfer(workers, { mode: 'relay', direction, sizeBytes, pid }));
}

interface Course {
  readonly mode: Mode;
  readonly direction: Direction;
  readonly sizeBytes: number;
  readonly pid: number;
}

async function transfer({ client, engines }: Workers, course: Course): Promise<Transfer> {
  const { mode, direction, sizeBytes, pid } = course;
  const pids = await processTree(pid);
  const settle = mode === 'direct';
  const base = { mode, window: windowOf(sizeBytes), settle, pids };
  const pull = direction === 'pull';
  await engines.ask('reply', { bytes: pull ? sizeBytes : 0 });
  const run = { ...base, ...(!pull && { payloadBytes: sizeBytes }) };
  await client.ask('run', { ...run, tasks: 2 });
  const result = await client.ask('run', { ...run, tasks: countOf(sizeBytes) });
  const { bad } = await engines.ask('tally', undefined);
  if (bad > 0) throw new Error(`${bad} bad messages reached the engines.`);
  const arrived = sizeBytes * (direction === 'broadcast' ? broadcastEngines : 1);
  return {
    direction,
    sizeBytes,
    bytesPerS: result.answeredPerS * arrived,
    cpuUsPerMb: result.cpuUs / (arrived / 1e6),
    residentMb: (await memoryOf(pid)).residentMb,
  };
}
