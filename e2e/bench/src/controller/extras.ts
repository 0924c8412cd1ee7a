// What is measured beside the cells: memory, stock Python peers, 100 MB buffers, 1,000 engines. One value a round each.
import type { Contender } from '../controllers/contender.ts';
import type { TransferOptions } from '../data/transfer.ts';
import { throughController, throughRelay } from '../data/transfer.ts';
import { measureStartup } from '../startup/measure-startup.ts';
import { measureMemory } from './measure-memory.ts';
import { measurePython } from './measure-python.ts';
import type { ControllerOptions } from './options.ts';

export type ExtraName = 'startMb' | 'afterMb' | 'afterMillionMb' | 'pythonPerS' | 'pushMbPerS' | 'thousandS' | 'lost';

export interface Extra {
  readonly contender: string;
  readonly round: number;
  readonly name: ExtraName;
  readonly value: number;
}

/** The relay in C that large buffers are compared with. */
export const cRelay = 'C zmq_proxy';

export interface ExtrasOptions {
  readonly chosen: ControllerOptions;
  readonly own: readonly Contender[];
  readonly peer: Contender | undefined;
  readonly round: number;
  /** Runs it, and tells when it fails. */
  readonly attempt: (what: string, measure: () => Promise<void>) => Promise<void>;
  readonly onExtra: (extra: Extra) => void;
}

const memoryTasks = 50_000;
const pythonTasks = 1500;
const loadS = { usual: 20, full: 300 };
const pushBytes = 1e8;

/** What fails is told by `attempt`, and the rest is measured all the same. */
export async function measureExtras(options: ExtrasOptions): Promise<void> {
  const { own, peer, attempt } = options;
  const tell: Tell = (contender, name, value) => options.onExtra({ contender, round: options.round, name, value });
  const python = peer?.system.python;
  const all = peer === undefined ? own : [...own, peer];
  for (const contender of all) await attempt(`memory of ${contender.name}`, () => weigh(contender, options, tell));
  for (const contender of python === undefined ? [] : all)
    await attempt(`stock Python peers of ${contender.name}`, async () =>
      tell(contender.name, 'pythonPerS', await measurePython(contender, python!, pythonTasks)),
    );
  const push = (name: string): TransferOptions => ({
    sizesBytes: [pushBytes],
    directions: ['push'],
    transport: options.chosen.loadTransport,
    onTransfer: ({ bytesPerS }) => tell(name, 'pushMbPerS', bytesPerS / 1e6),
  });
  await attempt(`100 MB through ${cRelay}`, () => throughRelay('c', push(cRelay)));
  for (const contender of all)
    await attempt(`100 MB through ${contender.name}`, () => throughController(contender, push(contender.name)));
  for (const contender of own) await attempt('1,000 engines', () => registerMany(contender, options, tell));
}

type Tell = (contender: string, name: ExtraName, value: number) => void;

async function weigh(contender: Contender, { chosen, round, peer }: ExtrasOptions, tell: Tell): Promise<void> {
  const million = chosen.full && round === 1;
  const counts = contender === peer ? [] : million ? [memoryTasks, 1_000_000] : [memoryTasks];
  const { startMb, afterMb } = await measureMemory(contender, counts, chosen.loadTransport);
  tell(contender.name, 'startMb', startMb);
  for (const { tasks, mb } of afterMb) tell(contender.name, tasks === memoryTasks ? 'afterMb' : 'afterMillionMb', mb);
}

async function registerMany(contender: Contender, { chosen, round }: ExtrasOptions, tell: Tell): Promise<void> {
  const duration = round > 1 ? 0 : chosen.full ? loadS.full : loadS.usual;
  const transport = chosen.loadTransport;
  const { registeredS, lost } = await measureStartup({ contender, engines: 1000, loadS: duration, transport });
  tell(contender.name, 'thousandS', registeredS);
  if (duration > 0) tell(contender.name, 'lost', lost);
}
