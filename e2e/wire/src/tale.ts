// How scenarios are told: each is played to one controller, and what is heard is noted under names that are the same for both.
import type { Json, JsonObject } from '@muster/protocol';
import type { Shape } from './compare/shape.ts';
import { shapeOfHeard, shapeOfValue } from './compare/shape.ts';
import type { Asked, FakeClient } from './harness/fake-client.ts';
import { isHarnessId } from './harness/fake-client.ts';
import type { EngineOptions, FakeEngine } from './harness/fake-engine.ts';
import type { Heard } from './harness/heard.ts';
import { contentOf, parentIdOf, typeOf } from './harness/heard.ts';
import type { Line } from './harness/line.ts';
import type { Stage } from './harness/stage.ts';
import type { Wire, Words, Written } from './harness/wire.ts';
import { now } from './harness/wire.ts';

export interface Scenario {
  readonly name: string;
  readonly play: (tale: Tale) => Promise<void>;
}

/** Scenarios that share a pair of controllers. */
export interface Group {
  readonly name: string;
  /** Arguments of both controllers. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Engines that are there all the time, beside the one for fences; entered in this order. */
  readonly engines: readonly string[];
  /** Channels on which each scenario is closed by a question of the harness; default all. On mux and task it leaves a record. */
  readonly settles?: readonly Asked[];
  readonly scenarios: readonly Scenario[];
}

export interface Tale {
  readonly stage: Stage;
  readonly wire: Wire;
  readonly client: FakeClient;
  /** An engine of the group, or one that entered in this scenario. */
  engine(uuid: string): FakeEngine;
  /** Lets an engine enter; it leaves with the scenario. Its announcement is not noted. `isScheduled`: see Stage.schedulable. */
  enter(options: EngineOptions, isScheduled?: boolean): Promise<FakeEngine>;
  /** An engine that entered here is gone already, as far as the hub knows: only its sockets are closed in the end. */
  gone(engine: FakeEngine): void;
  /** Keeps a socket of the scenario in view: what is left on it is noted, and it is closed. */
  watch(line: Line): Line;
  /** Notes a message, a silence (undefined), or any value. */
  note(name: string, what: Heard | undefined): void;
  noteValue(name: string, value: Json): void;
  /**
   * Sends a request and notes its reply or that there is none, which the answer to a later question proves. `wait`: a reply
   * may come after that of a later question.
   */
  ask(name: string, channel: Asked, msgType: string, words?: Words, to?: string): Promise<Heard | undefined>;
  /** The next of some kind on a line, noted; a silence after `timeoutMs` is noted too. */
  hears(name: string, line: Line, matches?: (heard: Heard) => boolean, timeoutMs?: number): Promise<Heard | undefined>;
  /** The next request that an engine gets on shell or control, noted; ends the scenario when there is none. */
  arrives(name: string, line: Line): Promise<Heard>;
  /** The reply to a request, noted; ends the scenario when there is none. */
  answered(name: string, channel: Asked, request: Written): Promise<Heard>;
  /**
   * Asks until the answer is right, and notes nothing; ends the scenario when it never is. The hub hears of requests and
   * replies a little later than the peers do.
   */
  untilHub(what: string, msgType: string, content: Json, right: (content: JsonObject) => boolean): Promise<void>;
  /** Waits until the hub lists a task at an engine. */
  assigned(msgId: string, uuid: string): Promise<void>;
  /** Waits until the hub knows a request, pending or completed. */
  known(msgId: string): Promise<void>;
  /** Waits until the hub counts a request as completed. */
  completed(msgId: string): Promise<void>;
}

/** Thrown when something that the rest of a scenario stands on did not happen. */
export class EndsEarly extends Error {}

const everyChannel: readonly Asked[] = ['registration', 'mux', 'task', 'broadcast', 'control'];
const patienceMs = 5000;
/** How long the hub may take to come to know something; Python's waits a while by itself before it gives up on an engine. */
const hubPatienceMs = 20_000;
const lists = (list: Json | undefined, text: string): boolean => Array.isArray(list) && list.includes(text);

/** Replies of a hub that reads from its store may be overtaken by replies that need none. */
const readsStore = /^(result|history|db|purge|resubmit)_request$/;

/** Python's registration_reply names no request. */
const isReply = (heard: Heard, { msgId, header }: Written): boolean => {
  const parent = parentIdOf(heard);
  if (parent !== '') return parent === msgId || parent.startsWith(`${msgId}_`);
  return typeOf(heard) === String(header.msg_type).replace('_request', '_reply');
};

export function createTale(stage: Stage, engines: Map<string, FakeEngine>, account: Map<string, Shape>) {
  const { client, wire } = stage;
  const lines: Line[] = [];
  const entered: FakeEngine[] = [];
  const departed: FakeEngine[] = [];
  function put(name: string, shape: Shape): void {
    let key = name;
    for (let n = 2; account.has(key); n++) key = `${name} ${n}`;
    account.set(key, shape);
  }
  const note: Tale['note'] = (name, heard) => put(name, shapeOfHeard(heard));
  async function orEnd(name: string, coming: Promise<Heard | undefined>): Promise<Heard> {
    const heard = await coming;
    note(name, heard);
    if (heard === undefined) throw new EndsEarly(name);
    return heard;
  }
  const untilHub: Tale['untilHub'] = async (what, msgType, content, right) => {
    const deadline = performance.now() + hubPatienceMs;
    for (let round = 0; performance.now() < deadline; round++) {
      const header = { msg_id: `poll ${round} until ${what}`, date: now() };
      if (right(contentOf(await client.ask('registration', msgType, { content, header })))) return;
      await new Promise((done) => setTimeout(done, 5));
    }
    throw new EndsEarly(what);
  };
  const tale: Tale = {
    stage,
    wire,
    client,
    note,
    noteValue: (name, value) => put(name, shapeOfValue(value)),
    untilHub,
    engine(uuid) {
      const engine = engines.get(uuid);
      if (engine === undefined) throw new Error(`There is no engine ${uuid}.`);
      return engine;
    },
    async enter(options, isScheduled = false) {
      const { engine } = await stage.enter(options);
      if (isScheduled) await stage.schedulable(engine);
      engines.set(engine.uuid, engine);
      entered.push(engine);
      return engine;
    },
    gone(engine) {
      entered.splice(entered.indexOf(engine), 1);
      departed.push(engine);
    },
    watch(line) {
      lines.push(line);
      return line;
    },
    async ask(name, channel, msgType, words, to) {
      const request = client.request(channel, msgType, words, to);
      const { heard, lost } = await client.settle(channel);
      if (lost > 0) tale.noteValue(`${name}: later questions lost`, lost);
      const own = heard.filter((message) => isReply(message, request));
      for (const other of heard.filter((message) => !own.includes(message))) note(`${name}: stray`, other);
      if (own.length === 0) {
        const late = await client.reply(channel, request, readsStore.test(msgType) ? patienceMs : 100);
        if (late !== undefined) own.push(late);
      }
      for (const reply of own.length === 0 ? [undefined] : own) note(name, reply);
      return own[0];
    },
    async hears(name, line, matches, timeoutMs) {
      const heard = await line.next(matches, timeoutMs);
      note(name, heard);
      return heard;
    },
    arrives: (name, line) => orEnd(name, line.next()),
    answered: (name, channel, request) => orEnd(name, client.reply(channel, request)),
    completed: (msgId) =>
      untilHub(`${msgId} is completed`, 'result_request', { msg_ids: [msgId], status_only: true }, ({ completed }) =>
        lists(completed, msgId),
      ),
    known: (msgId) =>
      untilHub(
        `${msgId} is known`,
        'result_request',
        { msg_ids: [msgId], status_only: true },
        ({ status }) => status === 'ok',
      ),
    assigned: (msgId, uuid) =>
      untilHub(`${msgId} is assigned`, 'queue_request', { targets: [uuid], verbose: true }, (content) =>
        lists((content[String(tale.engine(uuid).id)] as JsonObject | undefined)?.tasks, msgId),
      ),
  };

  /** Notes what nobody took, on every socket, and lets those that entered leave. */
  async function end(channels: readonly Asked[] = everyChannel): Promise<void> {
    for (const channel of channels) {
      const { heard, lost } = await client.settle(channel);
      if (lost > 0) tale.noteValue(`questions lost on ${channel}`, lost);
      for (const message of heard) note(`left on ${message.line}`, message);
    }
    const isLeft = (message: Heard): boolean => !isHarnessId(parentIdOf(message));
    const open = [...engines.values()].flatMap(({ shell, control, query }) => [shell, control, query]);
    for (const line of [client.lines.notification, client.lines.iopub, ...open, ...lines])
      for (const message of line.drain().filter(isLeft)) note(`left on ${message.line}`, message);
    for (const line of lines) await line.close();
    for (const engine of [...entered, ...departed]) {
      engines.delete(engine.uuid);
      await (entered.includes(engine) ? stage.leave(engine) : engine.close());
    }
  }
  return { tale, end };
}
