import type { EngineRef } from '@muster/bus';
import type { Header, PeerId } from '@muster/protocol';
import type { RecentIds } from '@muster/task-store';
import { createRecentIds } from '@muster/task-store';
import type { CompletedIds } from './completed-ids.ts';
import { createCompletedIds } from './completed-ids.ts';
import type { DaskState } from './dask.ts';
import type { Door } from './doors.ts';
import type { HubSettings } from './settings.ts';
import type { TaskList } from './task-list.ts';
import { createTaskList, idsOf } from './task-list.ts';

/** A registered engine, or one that is gone and whose requests have not been given up yet. */
export interface Engine extends EngineRef {
  /** Direct requests without an answer. */
  readonly queue: TaskList;
  /** Tasks of the scheduler that it works on. */
  readonly tasks: TaskList;
  readonly completed: CompletedIds;
  /** It was there before this hub: it may answer what this hub has never heard of. */
  restored: boolean;
}

/** A request whose result has not come. */
export interface PendingTask {
  readonly msgId: string;
  readonly queue: 'mux' | 'task';
  /** msg_type that its reply has. */
  readonly replyType: string;
  /** Null while the scheduler has not given it to an engine. */
  engine: Engine | null;
  /** The list that it is in, and its neighbours there. */
  list: TaskList | undefined;
  before: PendingTask | undefined;
  after: PendingTask | undefined;
}

/** Whom an answer goes to. */
export interface Asker {
  readonly door: Door;
  readonly peer: PeerId;
  readonly header: Header;
}

/** A client's request that waits for the store. */
export type Ask = Asker &
  (
    | {
        readonly type: 'result';
        readonly statusOnly: boolean;
        readonly pending: readonly string[];
        /** Completed as far as the hub knows. */
        readonly completed: readonly string[];
        /** Only the store can tell. */
        readonly unknown: readonly string[];
      }
    | { readonly type: 'history' }
    | { readonly type: 'db'; readonly keys: readonly string[] | null }
    | { readonly type: 'purge' }
    | { readonly type: 'resubmit'; readonly msgIds: readonly string[] }
  );

/** A question of the hub itself: to whom did these lost requests belong? */
export interface LostAsk {
  readonly type: 'lost';
  readonly engineUuid: string;
  readonly msgIds: readonly string[];
}

/** An engine is asked whether it has answered these requests. */
interface Probe {
  readonly probe: string;
  readonly msgIds: readonly string[];
}

export interface HubState {
  readonly settings: HubSettings;
  /** Registered engines by id and by uuid. */
  readonly engines: Map<number, Engine>;
  readonly byUuid: Map<string, Engine>;
  /** Engines that have asked to be registered and whose heart has not been heard, by uuid. */
  readonly registering: Map<string, EngineRef>;
  /** Losses of engines, and the direct requests that are given up when the grace ends. */
  readonly stranded: Map<string, { readonly engine: Engine; readonly msgIds: readonly string[] }>;
  /** Direct requests for engines that are not registered, by msg_id, until they are answered or a grace ends. */
  readonly doubtful: Map<string, { readonly engineUuid: string; readonly header: Header }>;
  /** Engines that stopped answering pings, by uuid: they are taken back when they do again. */
  readonly lost: Map<string, Engine>;
  /** Engines that have said goodbye, by uuid: a beat that was still under way then is no stranger's. */
  readonly gone: RecentIds;
  /** Engines, by uuid, that beat and were never registered here; they are told to end when their timers do. */
  readonly strangers: Set<string>;
  /** Numbers, by uuid, of engines of an earlier controller that were not taken over. */
  readonly former: Map<string, number>;
  /** Those of `former` that beat, by number: the goodbyes of their nannies name numbers which others may have by now. */
  readonly zombies: Map<number, string>;
  /** Engines that came or went while clients may not have been connected again, by uuid; undefined: they are by now. */
  earlyNews: Map<string, EngineRef> | undefined;
  /** Engines that have gone lately, by uuid: for the hub that comes after this one. */
  readonly departed: Map<string, { readonly engine: EngineRef; readonly atUs: number }>;
  nextId: number;
  readonly pending: Map<string, PendingTask>;
  /** Those of `pending` that the scheduler has not given to an engine. */
  readonly unassigned: TaskList;
  readonly completed: RecentIds;
  /** By uuid of the engine. */
  readonly probes: Map<string, Probe>;
  probeAgainMs: number;
  /** Engines, by uuid, that are to be announced to clients as gone and back: requests to them may have been lost. */
  readonly renewing: Set<string>;
  /** There was a relay, which the next one follows. */
  hadRelay: boolean;
  /** What waits for an answer of the store, oldest first. */
  readonly asks: Map<number, { readonly ask: Ask | LostAsk; readonly untilUs: number }>;
  /** Questions that nobody waits for any more, but that the store still has. */
  readonly overdue: Set<number>;
  nextAskId: number;
  readonly dask: DaskState;
  shuttingDown: boolean;
}

export const createHubState = (settings: HubSettings): HubState => ({
  settings,
  engines: new Map(),
  byUuid: new Map(),
  registering: new Map(),
  stranded: new Map(),
  doubtful: new Map(),
  lost: new Map(),
  gone: createRecentIds(10_000),
  strangers: new Set(),
  former: new Map(),
  zombies: new Map(),
  earlyNews: undefined,
  departed: new Map(),
  nextId: 0,
  pending: new Map(),
  unassigned: createTaskList(),
  completed: createRecentIds(settings.completedTaskLimit),
  probes: new Map(),
  probeAgainMs: 0,
  renewing: new Set(),
  hadRelay: false,
  asks: new Map(),
  overdue: new Set(),
  nextAskId: 0,
  dask: { address: null, waiting: [], unwanted: false },
  shuttingDown: false,
});

export const createEngine = (ref: EngineRef, { completedPerEngineLimit }: HubSettings, restored = false): Engine => ({
  ...ref,
  queue: createTaskList(),
  tasks: createTaskList(),
  completed: createCompletedIds(completedPerEngineLimit),
  restored,
});

export const refOf = ({ id, uuid, kernel }: EngineRef): EngineRef => ({ id, uuid, kernel });

/** What waits for something still to happen; empty when all work is done and no engine is on its way in or out. */
export function leftovers(state: HubState): string[] {
  const left = (what: string, ids: Iterable<unknown>): string[] => [...ids].map((id) => `${what} ${id}`);
  return [
    ...left('registering engine', state.registering.keys()),
    ...left('stranded engine', state.stranded.keys()),
    ...left('doubtful request', state.doubtful.keys()),
    ...left('pending task', state.pending.keys()),
    ...left('unassigned task', idsOf(state.unassigned)),
    ...left('probed engine', state.probes.keys()),
    ...left('news to be told again of', state.earlyNews?.keys() ?? []),
    ...left('engine to be announced anew', state.renewing),
    ...left('stranger', state.strangers),
    ...left('question', state.asks.keys()),
    ...left(
      'waits for dask',
      state.dask.waiting.map(({ header }) => header.msg_id),
    ),
    ...[...state.engines.values()].flatMap((engine) => [
      ...left(`engine ${engine.id}: direct request`, idsOf(engine.queue)),
      ...left(`engine ${engine.id}: task`, idsOf(engine.tasks)),
    ]),
  ];
}

/** Figures of the hub. */
export interface HubCounts {
  readonly engines: number;
  readonly registering: number;
  /** Engines that stopped answering pings, and may come back. */
  readonly lost: number;
  /** Direct requests without an answer. */
  readonly direct: number;
  /** Balanced tasks that an engine has. */
  readonly assigned: number;
  readonly unassigned: number;
  /** Requests of clients that wait for the task store. */
  readonly questions: number;
}

/** Looks at every engine, at no task. */
export function countsOf(state: HubState): HubCounts {
  let [direct, assigned] = [0, 0];
  for (const { queue, tasks } of state.engines.values()) {
    direct += queue.size;
    assigned += tasks.size;
  }
  const [engines, registering, lost] = [state.engines.size, state.registering.size, state.lost.size];
  return {
    engines,
    registering,
    lost,
    direct,
    assigned,
    unassigned: state.unassigned.size,
    questions: state.asks.size,
  };
}
