// The start of a process that takes over from another one: first the engines, then the records, then everything at once.
import type { EngineList } from '@muster/bus';
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
  readonly isKnown: (msgId: string) => boolean;
  readonly dispatch: (event: SchedulerEvent) => void;
  /** All is taken over that is on record: what comes in now may refer to it. */
  readonly onTakenOver: () => void;
}

const firstPauseMs = 100;
const longestPauseMs = 5000;
/** What the earlier process told last may still be on its way to the records. */
const lookAgainMs = 3000;

/** Waits for hub and store as long as it takes; ends early when the service stops. */
export async function recoverTasks(options: RecoveringOptions): Promise<void> {
  const { hub, pause, onTakenOver } = options;
  const list = await hub.resync();
  if (list === undefined) return;
  const leftovers = await readPatiently(options);
  if (pause.ended) return;
  takeOver(options, leftovers, list);
  onTakenOver();
  await pause.for(lookAgainMs);
  const late = await readPatiently(options);
  if (!pause.ended && late.length > 0) takeOver(options, late, list);
}

function takeOver({ log, dispatch }: RecoveringOptions, leftovers: readonly Leftover[], list: EngineList): void {
  const awaited = new Set(list.pending);
  // Those that depend on others come when all others are known.
  const depends = ({ message }: Leftover): boolean => 'after' in message.metadata || 'follow' in message.metadata;
  for (const leftover of [...leftovers.filter((one) => !depends(one)), ...leftovers.filter(depends)])
    dispatch({ type: 'task.recovered', ...leftover, awaited: awaited.has(leftover.engineUuid ?? '') });
  const given = leftovers.filter(({ engineUuid }) => engineUuid !== null).length;
  log.info({ waiting: leftovers.length - given, given, engines: list.engines.length }, 'unfinished tasks on record');
}

async function readPatiently({ store, ports, signer, log, pause, isKnown }: RecoveringOptions): Promise<Leftover[]> {
  for (let failures = 0; !pause.ended; failures++) {
    try {
      return await readLeftovers(store, { signer, newId: ports.newId, isKnown });
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
