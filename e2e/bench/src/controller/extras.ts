// What is measured beside the cells: memory, stock Python peers, 100 MB buffers, 1,000 engines. One value a round each.
import type { Contender } from '../controllers/contender.ts';
import { directions, throughController, throughRelay } from '../data/transfer.ts';
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
  readonly onExtra: (extra: Extra) => void;
}

const memoryTasks = 50_000;
const pythonTasks = 1500;
const loadS = { usual: 20, full: 300 };
const pushBytes = 1e8;

export async function measureExtras({ chosen, own, peer, round, onExtra }: ExtrasOptions): Promise<void> {
  const transport = chosen.loadTransport;
  const all = peer === undefined ? own : [...own, peer];
  const tell = (contender: string, name: ExtraName, value: number): void => onExtra({ contender, round, name, value });
  for (const contender of own) {
    const million = chosen.full && round === 1;
    const counts = million ? [memoryTasks, 1_000_000] : [memoryTasks];
    const { startMb, afterMb } = await measureMemory(contender, counts, transport);
    tell(contender.name, 'startMb', startMb);
    tell(contender.name, 'afterMb', afterMb[0]!.mb);
    if (million) tell(contender.name, 'afterMillionMb', afterMb[1]!.mb);
  }
  const python = peer?.system.python;
  if (peer !== undefined && python !== undefined) {
    tell(peer.name, 'startMb', (await measureMemory(peer, [], transport)).startMb);
    for (const contender of all)
      tell(contender.name, 'pythonPerS', await measurePython(contender, python, pythonTasks));
  }
  const push = { sizesBytes: [pushBytes], directions: directions.slice(0, 1), transport };
  const onTransfer = (name: string) => ({
    onTransfer: ({ bytesPerS }: { readonly bytesPerS: number }) => tell(name, 'pushMbPerS', bytesPerS / 1e6),
  });
  await throughRelay('c', { ...push, ...onTransfer(cRelay) });
  for (const contender of all) await throughController(contender, { ...push, ...onTransfer(contender.name) });
  for (const contender of own) {
    const duration = round > 1 ? 0 : chosen.full ? loadS.full : loadS.usual;
    const { registeredS, lost } = await measureStartup({ contender, engines: 1000, loadS: duration, transport });
    tell(contender.name, 'thousandS', registeredS);
    if (duration > 0) tell(contender.name, 'lost', lost);
  }
}
