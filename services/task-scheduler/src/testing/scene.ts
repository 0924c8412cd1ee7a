// A stage for tests of the core: named tasks and engines, virtual time, and all rules checked after each step.
import type { VirtualTime } from '@muster/machine';
import { createRunner, createStory, createVirtualPorts, createVirtualTime } from '@muster/machine';
import type { JsonObject } from '@muster/protocol';
import { buildMessage, createHeaderSource, Message, openSigner } from '@muster/protocol';
import { defaultConfig } from '../config.ts';
import type { ErrorReply, SchedulerEvent, SchedulerLimits, SchedulerSend, State, Terms } from '../core/index.ts';
import { clientOfSession, createState, invariants, oneProcess, step } from '../core/index.ts';
import { createTaskList, tasksIn } from '../core/task-list.ts';

export interface Scene {
  readonly state: State;
  readonly time: VirtualTime;
  /** All that was sent so far. */
  readonly sends: SchedulerSend[];
  readonly errors: unknown[];
  register(uuid: string, options?: { id?: number; kernel?: string }): void;
  lose(uuid: string): void;
  submit(msgId: string, metadata?: JsonObject, options?: SubmitOptions): void;
  /** The engine that runs the task answers. */
  answer(msgId: string, metadata?: JsonObject, options?: { engine?: string; buffers?: Uint8Array[] }): void;
  /** The engine answers the oldest probe that it was sent. */
  answerProbe(uuid: string, content?: JsonObject): void;
  recover(msgId: string, options?: { engine?: string; awaited?: boolean; metadata?: JsonObject }): void;
  tell(event: SchedulerEvent): void;
  /** The hub's list, with the numbers of `register`. */
  list(uuids: string[], pending?: string[]): void;
  advance(ms: number): void;
  /** Uuid of the engine that runs the task. */
  engineOf(msgId: string): string | undefined;
  /** msg_ids on an engine, in the order in which they were sent. */
  runningOn(uuid: string): string[];
  /** How a task ended: 'reply', or the ename; one entry an answer. */
  answers(msgId: string): string[];
  errorOf(msgId: string): ErrorReply | undefined;
  /** Ids in the order of their dispatches. */
  dispatches(): string[];
  story(): string[];
  readonly timers: number;
}

interface SubmitOptions {
  readonly client?: string | null;
  readonly msgType?: string;
  readonly buffers?: Uint8Array[];
}

export function createScene(limits: Partial<SchedulerLimits> = {}, seed = 1, terms: Partial<Terms> = {}): Scene {
  const state = createState({ ...defaultConfig, ...limits }, 'scheduler', { ...oneProcess, ...terms });
  const time = createVirtualTime();
  const ports = createVirtualPorts(time, seed);
  const story = createStory<unknown, never, unknown>();
  const headers = createHeaderSource('peer');
  const sends: SchedulerSend[] = [];
  const errors: unknown[] = [];
  const ids = new Map<string, number>();
  const runner = createRunner<State, SchedulerEvent, never, SchedulerSend>({
    state,
    step: (...args) => {
      const effects = step(...args);
      const broken = invariants(state);
      if (broken.length > 0) throw new Error(`after ${args[1].type}: ${broken.join('; ')}`);
      return effects;
    },
    ports,
    perform: { writes() {}, send: (effect) => sends.push(effect) },
    record: ({ nowUs, event, effects }) =>
      story.record({ nowUs, event: brief(event), effects: { ...effects, sends: effects.sends.map(brief) } }),
    onError: (error) => errors.push(error),
  });

  const message = (
    msgType: string,
    init: { id?: string; parent?: string; metadata: JsonObject; buffers?: Uint8Array[]; content?: JsonObject },
  ) => {
    const header = headers.next(msgType, ports.clock.nowUs());
    const parentHeader = init.parent === undefined ? {} : { msg_id: init.parent, session: 'session' };
    const { metadata, buffers = [], content = {} } = init;
    return buildMessage(openSigner, {
      header: { ...header, msg_id: init.id ?? header.msg_id },
      parentHeader,
      metadata,
      content,
      buffers,
    });
  };
  function dispatch(event: SchedulerEvent): void {
    const before = errors.length;
    runner.dispatch(event);
    if (errors.length > before) throw errors[before];
  }
  const engineOf = (msgId: string): string | undefined => state.tasks.get(msgId)?.engine?.uuid;
  const replies = (msgId: string): SchedulerSend[] => sends.filter((send) => answeredId(send) === msgId);

  return {
    state,
    time,
    sends,
    errors,
    engineOf,
    register(uuid, { id, kernel = 'python' } = {}) {
      const number = id ?? ids.size;
      ids.set(uuid, number);
      dispatch({ type: 'engine.registered', engine: { id: number, uuid, kernel } });
    },
    lose(uuid) {
      dispatch({ type: 'engine.unregistered', engine: { id: ids.get(uuid) ?? -1, uuid, kernel: 'python' } });
    },
    submit(msgId, metadata = {}, { client = 'client', msgType = 'apply_request', buffers = [] } = {}) {
      dispatch({ type: 'task.submitted', client, message: message(msgType, { id: msgId, metadata, buffers }) });
    },
    answer(msgId, metadata = {}, { engine = engineOf(msgId) ?? 'nobody', buffers = [] } = {}) {
      const full = { status: 'ok', dependencies_met: true, engine, ...metadata };
      const reply = message('apply_reply', { parent: msgId, metadata: full, buffers });
      dispatch({ type: 'task.answered', engineUuid: engine, message: reply });
    },
    answerProbe(uuid, content = { status: 'ok' }) {
      const parent = sends.find((send) => send.type === 'engine.probe' && send.engineUuid === uuid);
      if (parent?.type !== 'engine.probe') throw new Error(`${uuid} was not probed`);
      const reply = message('execute_reply', { parent: parent.header.msg_id, metadata: {}, content });
      dispatch({ type: 'task.answered', engineUuid: uuid, message: reply });
    },
    recover(msgId, { engine, awaited = false, metadata = {} } = {}) {
      const request = message('apply_request', { id: msgId, metadata });
      const client = clientOfSession('session');
      dispatch({ type: 'task.recovered', client, message: request, engineUuid: engine ?? null, awaited });
    },
    tell: dispatch,
    list(uuids, pending = []) {
      const engines = uuids.map((uuid) => {
        const id = ids.get(uuid) ?? ids.size;
        ids.set(uuid, id);
        return { id, uuid, kernel: 'python' };
      });
      dispatch({ type: 'engines.listed', engines, pending });
    },
    advance(ms) {
      time.advance(ms * 1000);
      if (errors.length > 0) throw errors[0];
    },
    runningOn: (uuid) => tasksIn(state.engines.get(uuid)?.running ?? createTaskList()).map((task) => task.msgId),
    answers: (msgId) => replies(msgId).map((send) => (send.type === 'error.reply' ? send.content.ename : 'reply')),
    errorOf: (msgId) => replies(msgId).find((send) => send.type === 'error.reply'),
    dispatches: () => sends.flatMap((send) => (send.type === 'task.dispatch' ? [send.message.header.msg_id] : [])),
    story: () => story.lines(),
    get timers() {
      return ports.timers.size;
    },
  };
}

/** Which task a send answers. */
export function answeredId(send: SchedulerSend): string | undefined {
  if (send.type === 'client.reply') return send.message.parentId;
  return send.type === 'error.reply' ? send.parentHeader.msg_id : undefined;
}

/** For stories: messages as their type and id, headers left out. */
function brief(value: object): object {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'header')
      .map(([key, member]) => {
        if (member instanceof Message) return [key, briefMessage(member)];
        if (key === 'fact') return [key, brief(member)];
        if (key === 'parentHeader') return ['request', member.msg_id];
        if (key === 'content') return ['content', [member.ename, member.evalue, ...member.traceback]];
        if (key === 'metadata') return [key, Object.keys(member)];
        return [key, member];
      }),
  );
}

function briefMessage({ header, metadata, parentId }: Message): string {
  if (parentId === undefined) return `${header.msg_id} ${JSON.stringify(metadata)}`;
  const { status, dependencies_met: met } = metadata;
  return `${header.msg_type} to ${parentId}: ${status}${met === false ? ', dependencies not met' : ''}`;
}
