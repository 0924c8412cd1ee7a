// One controller, measured in all cells of a group.

import type { TransportName } from '@muster/transport';
import type { Contender } from '../controllers/contender.ts';
import { startController } from '../controllers/contender.ts';
import type { RunResult } from '../load/client.ts';
import { startLoad } from '../load/load.ts';
import { processTree } from '../memory.ts';
import type { Cell, Group } from './cells.ts';
import { sizeOf } from './cells.ts';

export interface Measurement {
  readonly contender: string;
  readonly round: number;
  readonly cell: Cell;
  readonly result: RunResult;
  /** Processor time of the fake engines for each request. */
  readonly enginesCpuUs: number;
}

export interface GroupOptions {
  readonly contender: Contender;
  readonly group: Group;
  readonly round: number;
  /** Multiplies the number of requests. */
  readonly scale: number;
  /** What the load uses. */
  readonly transport?: TransportName | undefined;
  /** Folder for profiles of ours. */
  readonly profile?: string | undefined;
  readonly onMeasured: (measurement: Measurement) => void;
}

/** Rejects when anything that came back, or reached the engines, was wrong. */
export async function measureGroup(options: GroupOptions): Promise<void> {
  const { contender, group, round, scale, transport, profile, onMeasured } = options;
  await using running = await startController(contender, { store: group.store, profile });
  const { clientFile, engineFile, program } = running;
  await using load = await startLoad({
    clientFile,
    engineFile,
    engines: group.engines,
    ...(transport && { transport }),
  });
  const pids = await processTree(program.pid);
  for (const cell of group.cells) {
    const size = sizeOf(cell, contender.system.python === undefined, scale);
    const run = { mode: cell.mode, window: size.window, settle: isCounted(cell), pids };
    await load.client.ask('run', { ...run, tasks: size.warmUp });
    const before = await load.engines.ask('tally', undefined);
    const result = await load.client.ask('run', { ...run, tasks: size.tasks });
    const after = await load.engines.ask('tally', undefined);
    if (after.bad > 0) throw new Error(`${contender.name}: ${after.bad} bad messages reached the engines.`);
    const enginesCpuUs = (after.cpuUs - before.cpuUs) / size.tasks;
    onMeasured({ contender: contender.name, round, cell, result, enginesCpuUs });
  }
}

/** The hub counts tasks and direct requests, and knows nothing of broadcasts. */
const isCounted = ({ mode }: Cell): boolean => mode === 'task' || mode === 'direct';
