// The start of a process that takes over from another one: first the records, then the engines, then everything at once.
import type { Ports } from '@muster/machine';
import type { Signer } from '@muster/protocol';
import { StoreError } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import type { SchedulerEvent } from './core/events.ts';
import type { HubSide } from './hub-side.ts';
import type { Pause } from './pause.ts';
import type { Leftover, TaskRecords } from './records.ts';
import { readLeftovers } from './records.ts';

interface RecoveringOptions {
  readonly store: TaskRecords;
  readonly hub: HubSide;
  readonly ports: Ports;
  readonly signer: Signer;
  readonly log: Logger;
  readonly pause: Pause;
  readonly dispatch: (event: SchedulerEvent) => void;
}

const firstPauseMs = 100;
const longestPauseMs = 5000;

/** Resolves when all is taken over, or it was stopped. Waits for the store and the hub as long as it takes. */
export async function recoverTasks(options: RecoveringOptions): Promise<void> {
  const { hub, log, pause, dispatch } = options;
  const leftovers = await readPatiently(options);
  const listed = await hub.resync();
  if (pause.ended || listed === undefined) return;
  const awaited = new Set(listed.pending);
  // Those that depend on others come when all others are known.
  const depends = ({ message }: Leftover): boolean => 'after' in message.metadata || 'follow' in message.metadata;
  for (const leftover of [...leftovers.filter((one) => !depends(one)), ...leftovers.filter(depends)])
    dispatch({ type: 'task.recovered', ...leftover, awaited: awaited.has(leftover.engineUuid ?? '') });
  const given = leftovers.filter(({ engineUuid }) => engineUuid !== null).length;
  log.info({ waiting: leftovers.length - given, given, engines: listed.engines.length }, 'tasks taken over');
}

async function readPatiently({ store, ports, signer, log, pause }: RecoveringOptions): Promise<Leftover[]> {
  for (let failures = 0; !pause.ended; failures++) {
    try {
      return await readLeftovers(store, { signer, newId: ports.newId });
    } catch (error) {
      const why = (error as Error).message;
      if (error instanceof StoreError && error.ename === 'NoData') {
        log.warn({ why }, 'nothing can be taken over');
        return [];
      }
      if (failures === 0) log.warn({ why }, 'waiting for the task store');
      await pause.for(Math.min(longestPauseMs, firstPauseMs * 2 ** failures));
    }
  }
  return [];
}
