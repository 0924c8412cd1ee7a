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
  readonly store: TaskRecords | undefined;
  readonly hub: HubSide;
  readonly ports: Ports;
  readonly signer: Signer;
  readonly log: Logger;
  readonly pause: Pause;
  readonly isKnown: (msgId: string) => boolean;
  readonly dispatch: (event: SchedulerEvent) => void;
  /** Opens the sockets. */
  readonly open: () => Promise<void>;
  /** Ports that are taken are waited for; else the start fails. */
  readonly waitsForPorts: boolean;
  /** All is taken over that is on record: what comes in now may refer to it. */
  readonly onTakenOver: () => void;
}

const firstPauseMs = 100;
const longestPauseMs = 5000;
/** What the earlier process told last may still be on its way to the records. */
const lookAgainMs = 3000;

/**
 * Waits for hub and store as long as it takes, and for the ports or rejects as `open` does; ends early when the service
 * stops.
 */
export async function recoverTasks(options: RecoveringOptions): Promise<void> {
  const { hub, pause, onTakenOver } = options;
  const list = await hub.resync();
  if (list === undefined) return;
  const leftovers = await readPatiently(options);
  await (options.waitsForPorts ? openPatiently(options) : options.open());
  if (pause.ended) return;
  options.dispatch({ type: 'ports.opened' });
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

async function readPatiently(options: RecoveringOptions): Promise<readonly Leftover[]> {
  const { store, hub, ports, signer, isKnown } = options;
  if (store === undefined) return [];
  // The hub may have been told more than is stored: what has ended must not be taken for unfinished.
  await tryPatiently(hub.recordsSettled, 'waiting for the hub to store what it was told', options);
  const read = (): Promise<Leftover[]> => readLeftovers(store, { signer, newId: ports.newId, isKnown });
  return (await tryPatiently(read, 'waiting for the task store', options)) ?? [];
}

const openPatiently = (options: RecoveringOptions): Promise<void> =>
  tryPatiently(options.open, 'waiting for the ports of the task channel', options);

/** Undefined when the service stops before it has succeeded, and when there is nothing to be had. */
async function tryPatiently<T>(
  act: () => Promise<T>,
  what: string,
  { log, pause }: RecoveringOptions,
): Promise<T | undefined> {
  for (let failures = 0; !pause.ended; failures++) {
    try {
      return await act();
    } catch (error) {
      const { message: why } = error as Error;
      if (error instanceof StoreError && error.ename === 'NoData') {
        log.warn({ why }, 'nothing can be taken over');
        return undefined;
      }
      if (failures === 0) log.warn({ why }, what);
      await pause.for(Math.min(longestPauseMs, firstPauseMs * 2 ** failures));
    }
  }
  return undefined;
}
