// The hub's core with its store lane, on virtual time: what goes in and out can be seen, and every answer is checked
// against the message tables.
import type { Effects, TimerFired, VirtualTime } from '@muster/machine';
import { createRunner, createVirtualPorts, createVirtualTime } from '@muster/machine';
import type { JsonObject, Message } from '@muster/protocol';
import { checkWritten, isKnown } from '@muster/protocol/messages';
import type { StoredEngine, TaskStore } from '@muster/task-store';
import { createMemoryTaskStore } from '@muster/task-store';
import { toUnfinished, unfinishedKeys, unfinishedQuery } from '../adapters/left-behind.ts';
import { createStoreLane } from '../adapters/store-lane.ts';
import { defaultConfig, settingsOf } from '../config.ts';
import type { Door, HubEvent, HubSend, HubSettings, HubState, HubWrite } from '../core/index.ts';
import { createHubState, step } from '../core/index.ts';
import { request, startUs } from './messages.ts';

interface Answer {
  readonly msgType: string;
  readonly content: JsonObject;
  readonly buffers: readonly Uint8Array[];
}

export interface TestHub {
  readonly state: HubState;
  readonly time: VirtualTime;
  readonly store: TaskStore;
  /** What it wants to be kept of engines, by uuid. */
  readonly engines: ReadonlyMap<string, StoredEngine>;
  /** Everything sent so far, in order. */
  readonly sent: HubSend[];
  /** Timers that are set. */
  readonly timers: () => number;
  tell(event: Exclude<HubEvent, { type: 'query.received' }>): void;
  /** Sends a query and gives its answer; undefined when none came (yet). */
  ask(msgType: string, content?: JsonObject): Answer | undefined;
  query(message: Message, peer?: string, door?: Door): Answer | undefined;
  /** Registers an engine and lets its heart beat. Gives its number. */
  addEngine(uuid: string, more?: JsonObject): number;
  advance(ms: number): void;
  sentOf<T extends HubSend['type']>(type: T): Extract<HubSend, { type: T }>[];
}

type Recorder = (step: { event: HubEvent | TimerFired; effects: Effects<HubWrite, HubSend>; nowUs: number }) => void;

export function createTestHub(
  options: { settings?: Partial<HubSettings>; store?: TaskStore; record?: Recorder } = {},
): TestHub {
  const time = createVirtualTime(startUs);
  const ports = createVirtualPorts(time, 1);
  const store = options.store ?? createMemoryTaskStore();
  const state = createHubState({ ...settingsOf(defaultConfig, 3000), ...options.settings });
  const sent: HubSend[] = [];
  const engines = new Map<string, StoredEngine>();
  const errors: unknown[] = [];
  const note = (error: unknown): void => void errors.push(error);
  const lane = createStoreLane({ store, backlogLimit: 1000, backlogBytes: 1e9, onError: note });
  const runner = createRunner<HubState, HubEvent, HubWrite, HubSend>({
    state,
    step,
    ports,
    perform: {
      writes(effects) {
        for (const effect of effects)
          if (effect.type === 'record.put') lane.write(effect);
          else if (effect.type === 'engine.put') engines.set(effect.engine.uuid, effect.engine);
          else engines.delete(effect.uuid);
      },
      send(effect) {
        checkSend(effect);
        sent.push(effect);
        if (effect.type === 'store.expire') lane.expire(effect.receivedBefore);
        if (effect.type === 'store.ask')
          lane.ask(effect.question, (answer) => dispatch({ type: 'store.answered', askId: effect.askId, answer }));
      },
    },
    onError: note,
    ...(options.record ? { record: options.record } : {}),
  });
  let queries = 0;

  function dispatch(event: HubEvent): void {
    runner.dispatch(event);
    if (errors.length > 0) throw errors[0];
  }
  function query(message: Message, peer = 'client', door: Door = 'shared'): Answer | undefined {
    const before = sent.length;
    dispatch({ type: 'query.received', door, peer, message });
    const answers = sent.slice(before).filter((effect) => effect.type === 'query.reply');
    if (answers.length > 1) throw new Error(`${answers.length} answers to one request`);
    const [answer] = answers;
    if (
      answer !== undefined &&
      (answer.peer !== peer || answer.door !== door || answer.parent.msg_id !== message.header.msg_id)
    )
      throw new Error('the answer went to somebody else');
    return answer && ({ ...answer, content: answer.content as JsonObject } satisfies Answer);
  }
  const ask = (msgType: string, content: JsonObject = {}): Answer | undefined =>
    query(request(`query-${queries++}`, msgType, { content, buffers: [] }));
  return {
    state,
    time,
    store,
    engines,
    sent,
    timers: () => ports.timers.size,
    tell: dispatch,
    ask,
    query,
    addEngine(uuid, more = {}) {
      const answer = ask('registration_request', { uuid, ...more });
      dispatch({ type: 'heart.started', uuid });
      return answer?.content.id as number;
    },
    advance: (ms) => time.advance(ms * 1000),
    sentOf: <T extends HubSend['type']>(type: T) =>
      sent.filter((effect): effect is Extract<HubSend, { type: T }> => effect.type === type),
  };
}

/** A hub on the store of another that has ended. */
export function follow(before: TestHub, options: { settings?: Partial<HubSettings> } = {}): TestHub {
  const hub = createTestHub({ ...options, store: before.store });
  const engines = [...before.engines.values()].sort((a, b) => a.id - b.id);
  const records = before.store.query(unfinishedQuery, unfinishedKeys);
  if (records instanceof Promise) throw new Error('only stores that answer at once');
  hub.tell({ type: 'hub.restored', stored: { engines, nextId: before.state.nextId }, tasks: toUnfinished(records) });
  return hub;
}

/** What the hub writes must be in the tables, with no member too many. */
function checkSend(effect: HubSend): void {
  if (effect.type !== 'query.reply' && effect.type !== 'clients.notify') return;
  const table = effect.type === 'query.reply' ? 'query.reply' : 'notification';
  if (!isKnown(table, effect.msgType)) throw new Error(`no such message: ${effect.msgType}`);
  const checked = checkWritten(table, effect.msgType, JSON.parse(JSON.stringify(effect.content)));
  if (!checked.ok) throw new Error(`${effect.msgType}: ${checked.reason}`);
}
