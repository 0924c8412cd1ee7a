// The book of open requests: replies, output and losses in, settled tasks out (to the owner of each task). Pure: no
// sockets, no timers, time comes in. It forgets a task as soon as its reply and the end of its output are there.
import type { Message } from '@muster/protocol';
import { headerDate, parseDate } from '@muster/protocol';
import type { EngineRef } from './engine-list.ts';
import { readOutput } from './output.ts';
import type { Outcome } from './reply.ts';
import { executeResult, isEngineMade, readOutcome, remoteError } from './reply.ts';
import type { Task } from './task.ts';
import { addOutput } from './task.ts';

export interface LedgerLimits {
  /** Characters of text that are kept of one task. */
  readonly maxOutputBytes: number;
  /** How long after a reply the end of its output may take. */
  readonly outputGraceUs: number;
}

export interface Ledger {
  /** A request leaves now. `direct`: it is lost when its engine is. */
  add(task: Task, direct: boolean): void;
  /** Tasks of a coalesced broadcast: one reply, under `originalId`, answers all, in this order (§2.4). */
  addGroup(originalId: string, tasks: readonly Task[]): void;
  /** A verified reply. False when nobody waits for it: it is late, or was sent twice. */
  replied(message: Message, nowUs: number): boolean;
  /** A verified iopub message. */
  published(message: Message): void;
  /** Fails what was sent directly to this engine. */
  engineLost(engine: EngineRef): void;
  fail(msgId: string, error: Error): void;
  failAll(error: (task: Task) => Error): void;
  /** Gives up waiting for output whose end has not come in time. */
  sweep(nowUs: number): void;
  /** Requests without a reply. */
  readonly open: number;
  /** Tasks whose reply is here, but not the end of their output. */
  readonly trailing: number;
  /** Tasks without a reply, oldest first, that were sent before this moment; at most `limit`. */
  oldest(beforeUs: number, limit: number): Task[];
  /** Gives a task away, which is no longer open then: somebody else will settle it. False when it is not open. */
  release(task: Task): boolean;
}

interface Group {
  readonly originalId: string;
  readonly tasks: readonly Task[];
}

export function createLedger(limits: LedgerLimits, engineOf: (uuid: string) => EngineRef | undefined): Ledger {
  const open = new Map<string, Task>();
  const trailing = new Map<string, { readonly task: Task; readonly untilUs: number }>();
  const groups = new Map<string, Group>();
  const groupOf = new Map<string, Group>();
  /** By engine uuid: what was sent directly to it. */
  const direct = new Map<string, Set<Task>>();

  function settle(task: Task): void {
    if (task.settled || !task.replied || (needsOutput(task) && !task.outputComplete)) return;
    if (needsOutput(task)) task.value = executeResult(task);
    task.settled = true;
    task.owner?.settled(task);
  }
  function endOutput(task: Task): void {
    if (task.outputComplete) return;
    task.outputComplete = true;
    trailing.delete(task.msgId);
    settle(task);
    task.owner?.quiet(task);
  }
  /** The end of a request: its reply, or an error in place of it. */
  function finish(task: Task, outcome: Outcome, moreOutput: boolean, nowUs: number): void {
    if (task.replied) return;
    forget(task);
    task.replied = true;
    task.status = outcome.status;
    if (outcome.status === 'ok') task.value = outcome.value;
    else task.error = outcome.error;
    if (moreOutput && !isItsEngine(task, task.idleFrom)) {
      trailing.set(task.msgId, { task, untilUs: nowUs + limits.outputGraceUs });
      settle(task);
    } else endOutput(task);
  }
  /** The end of output counts from the engine that made the reply: one that a retry has left behind ends too. */
  function idle(task: Task, from: string): void {
    task.idleFrom = from;
    if (task.replied && isItsEngine(task, from)) endOutput(task);
  }
  function forget(task: Task): void {
    open.delete(task.msgId);
    if (task.engineUuid === undefined) return;
    const mates = direct.get(task.engineUuid);
    if (mates?.delete(task) && mates.size === 0) direct.delete(task.engineUuid);
  }
  function fail(task: Task, error: Error): void {
    finish(task, { status: 'error', error }, false, 0);
  }
  function closeGroup(group: Group): void {
    groups.delete(group.originalId);
    for (const task of group.tasks) groupOf.delete(task.msgId);
  }
  function note(task: Task, message: Message, nowUs: number): void {
    const { started, engine } = message.metadata;
    task.receivedUs = nowUs;
    if (typeof engine === 'string' && task.engineUuid === undefined) task.engineUuid = engine;
    if (task.engineId === undefined && task.engineUuid !== undefined) task.engineId = engineOf(task.engineUuid)?.id;
    if (typeof started === 'string') task.startedUs = parseDate(started);
    if (task.startedUs !== undefined) task.completedUs = headerDate(message.header);
  }
  function groupReplied(group: Group, message: Message, nowUs: number): void {
    closeGroup(group);
    const { content } = message;
    let rest = message.buffers;
    let failure: Outcome | undefined;
    for (const task of inOrder(group.tasks, message.metadata.broadcast_targets)) {
      note(task, message, nowUs);
      const outcome = failure ?? readOutcome(task, content, rest);
      // One reply stands for all: when it is an error, it is everybody's, and nobody's place in the buffers is known.
      if (outcome.status === 'ok') rest = rest.slice(outcome.used);
      else failure = outcome;
      finish(task, outcome, outcome.status === 'ok', nowUs);
    }
  }

  return {
    add(task, isDirect) {
      open.set(task.msgId, task);
      if (!isDirect || task.engineUuid === undefined) return;
      const mates = direct.get(task.engineUuid);
      if (mates === undefined) direct.set(task.engineUuid, new Set([task]));
      else mates.add(task);
    },
    addGroup(originalId, tasks) {
      const group = { originalId, tasks };
      groups.set(originalId, group);
      for (const task of tasks) groupOf.set(task.msgId, group);
    },
    replied(message, nowUs) {
      const task = open.get(message.parentId ?? '');
      const original = message.metadata.original_msg_id;
      const group = groups.get(typeof original === 'string' && original !== '' ? original : (message.parentId ?? ''));
      if (group !== undefined) groupReplied(group, message, nowUs);
      else if (task !== undefined) {
        note(task, message, nowUs);
        const { content } = message;
        finish(task, readOutcome(task, content, message.buffers), isEngineMade(content), nowUs);
      } else return false;
      return true;
    },
    published(message) {
      const id = message.parentId ?? '';
      const task = open.get(id) ?? trailing.get(id)?.task;
      if (task === undefined) return;
      const output = readOutput(message.header.msg_type, message.content);
      if (output === 'idle') idle(task, message.header.session);
      else if (output !== undefined && addOutput(task, output, limits.maxOutputBytes))
        task.owner?.printed(task, output);
    },
    engineLost(engine) {
      for (const task of [...(direct.get(engine.uuid) ?? [])]) {
        const group = groupOf.get(task.msgId);
        const evalue = (id: string): string => `Engine ${engine.id} died while running task '${id}'`;
        if (group !== undefined) closeGroup(group);
        for (const mate of group?.tasks ?? [task])
          fail(mate, remoteError(mate, { ename: 'EngineError', evalue: evalue(task.msgId) }));
      }
      // Nothing more will be printed by tasks that it had answered.
      for (const { task } of [...trailing.values()]) if (task.engineUuid === engine.uuid) endOutput(task);
    },
    fail(msgId, error) {
      const task = open.get(msgId);
      if (task === undefined) return;
      const group = groupOf.get(msgId);
      if (group !== undefined) closeGroup(group);
      for (const mate of group?.tasks ?? [task]) fail(mate, error);
    },
    failAll(error) {
      for (const group of [...groups.values()]) closeGroup(group);
      for (const task of [...open.values()]) fail(task, error(task));
      for (const { task } of [...trailing.values()]) cutOutput(task);
    },
    sweep(nowUs) {
      // In the order of their replies, so the first that may wait on ends it.
      for (const { task, untilUs } of trailing.values()) {
        if (untilUs > nowUs) break;
        cutOutput(task);
      }
    },
    get open() {
      return open.size;
    },
    get trailing() {
      return trailing.size;
    },
    oldest(beforeUs, limit) {
      const out: Task[] = [];
      for (const task of open.values()) {
        if (out.length === limit || task.submittedUs >= beforeUs) break;
        out.push(task);
      }
      return out;
    },
    release(task) {
      if (open.get(task.msgId) !== task) return false;
      forget(task);
      return true;
    },
  };

  function cutOutput(task: Task): void {
    task.outputTruncated = true;
    endOutput(task);
  }
}

/** Headers of an engine carry its uuid as session. */
const isItsEngine = (task: Task, session: string | undefined): boolean =>
  session !== undefined && (task.engineUuid === undefined || task.engineUuid === session);

/** The value of execute is in its output. */
const needsOutput = (task: Task): boolean => task.kind === 'execute' && task.status === 'ok';

/** Tasks in the order in which the controller has put their results, as far as it says so. */
function inOrder(tasks: readonly Task[], targets: unknown): readonly Task[] {
  if (!Array.isArray(targets)) return tasks;
  const byUuid = new Map(tasks.map((task) => [task.engineUuid, task]));
  const listed = targets
    .map((pair) => byUuid.get(Array.isArray(pair) ? pair[0] : pair))
    .filter((task) => task !== undefined);
  return listed.length === tasks.length && new Set(listed).size === tasks.length ? listed : tasks;
}
