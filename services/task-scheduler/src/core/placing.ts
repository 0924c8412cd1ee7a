// Where a task that may run goes: to an engine, or among the waiting (§6.4).
import { Message } from '@muster/protocol';
import { enqueue } from './buckets.ts';
import { clearDeadline, fail, timeoutTimer } from './ending.ts';
import { earlier } from './pool.ts';
import type { Engine, State, Task } from './state.ts';
import type { Turn } from './turn.ts';

/** Gives a task to an engine now, or lets it wait, or fails it when no engine can ever take it. */
export function placeTask(turn: Turn, task: Task): void {
  const { state } = turn;
  const only = suitable(state, task);
  if (only !== undefined && !hasAny(state, task, only)) {
    // With `any`, another id may still end on an engine that suits.
    if (task.follow !== undefined && task.follow.waitingFor.size > 0) hold(turn, task);
    else if (mayBeThere(state, task)) checkTargets(turn, task);
    else fail(turn, task, { ename: 'ImpossibleDependency', evalue: '', why: whyNone(task) });
    return;
  }
  const engine = choose(turn, task, only);
  if (engine) {
    dispatch(turn, task, engine);
    return;
  }
  hold(turn, task);
  enqueue(state, task, only);
}

/** Services are apart, and the client may have heard of an engine before the scheduler has. */
const mayBeThere = (state: State, task: Task): boolean =>
  state.terms.apart && !task.sure && [...(task.targets ?? [])].some((uuid) => !state.engines.has(uuid));

/** Lets the task wait until the hub has said which engines there are. */
function checkTargets(turn: Turn, task: Task): void {
  turn.state.unsure.set(task, undefined);
  hold(turn, task);
  turn.out.send({ type: 'targets.check', msgId: task.msgId });
}

/** Sends the task to an engine with room. */
export function dispatch(turn: Turn, task: Task, engine: Engine): void {
  const { state, out } = turn;
  clearDeadline(turn, task);
  task.engine = engine;
  task.sure = false;
  engine.running.add(task);
  state.pool.update(engine, true);
  // Without a limit for each engine any number may run, and none should pin the block it was received in.
  if (state.limits.hwm === 0) keep(task);
  const { msgId, client, message } = task;
  out.send({ type: 'task.dispatch', engineUuid: engine.uuid, client, message });
  out.send({ type: 'fact.publish', fact: { type: 'task.dispatched', msgId, engineUuid: engine.uuid } });
}

/** Lets a task wait: it keeps its own copy of the request, and its timeout runs. */
export function hold(turn: Turn, task: Task): void {
  keep(task);
  if (task.timeoutMs === 0 || task.deadlineUs !== undefined) return;
  task.deadlineUs = turn.inputs.nowUs + Math.ceil(task.timeoutMs * 1000);
  turn.out.setTimer(timeoutTimer(task), task.deadlineUs);
}

/** Uuids of engines that may ever take the task; undefined: all but those on its blacklist. */
function suitable(state: State, task: Task): ReadonlySet<string> | undefined {
  const { targets, follow, blacklist } = task;
  if (follow === undefined) {
    if (targets === undefined || blacklist === undefined) return targets;
    return new Set([...targets].filter((uuid) => !blacklist.has(uuid)));
  }
  const uuids = new Set<string>();
  for (const { uuid } of follow.hosts)
    if (targets?.has(uuid) !== false && blacklist?.has(uuid) !== true && state.engines.has(uuid)) uuids.add(uuid);
  return uuids;
}

const suitsKernel = (task: Task, engine: Engine): boolean => task.kernel === undefined || task.kernel === engine.kernel;

function hasAny(state: State, task: Task, only: ReadonlySet<string>): boolean {
  for (const uuid of only) {
    const engine = state.engines.get(uuid);
    if (engine !== undefined && suitsKernel(task, engine)) return true;
  }
  return false;
}

function whyNone(task: Task): string {
  if (task.follow !== undefined) return 'no engine that has run the tasks to follow may take this one';
  return task.blacklist === undefined
    ? 'none of the targets is a registered engine that suits'
    : 'every target has failed or refused this task, or is gone';
}

/** An engine with room that suits, by the policy. */
function choose(turn: Turn, task: Task, only: ReadonlySet<string> | undefined): Engine | undefined {
  const { pool, policy, engines } = turn.state;
  const first = pool.first();
  if (first === undefined) return undefined;
  const suits = (engine: Engine): boolean =>
    suitsKernel(task, engine) && (only === undefined ? !task.blacklist?.has(engine.uuid) : only.has(engine.uuid));
  // Most tasks suit every engine: then nothing is searched.
  if (policy.pick === undefined && suits(first)) return first;
  const candidates = only === undefined ? pool.all().filter(suits) : [];
  for (const uuid of only ?? []) {
    const engine = engines.get(uuid);
    if (engine !== undefined && engine.level >= 0 && suits(engine)) candidates.push(engine);
  }
  if (candidates.length === 0) return undefined;
  return policy.pick === undefined ? candidates.reduce(earlier) : policy.pick(candidates, turn.inputs.random);
}

/** Frames above this size have a memory block of their own, mostly. */
const ownBlockBytes = 65_536;

const isPinning = (frame: Uint8Array): boolean =>
  frame.length <= ownBlockBytes || frame.length * 2 < frame.buffer.byteLength;

/** Copies the request out of the blocks in which it was received: a small view can pin a large block. */
function keep(task: Task): void {
  if (task.kept) return;
  task.kept = true;
  const { frames } = task.message;
  const size = frames.reduce((sum, frame) => sum + (isPinning(frame) ? frame.length : 0), 0);
  const block = new Uint8Array(size);
  let at = 0;
  task.message = new Message(
    frames.map((frame) => {
      if (!isPinning(frame)) return frame;
      block.set(frame, at);
      at += frame.length;
      return block.subarray(at - frame.length, at);
    }),
  );
}
