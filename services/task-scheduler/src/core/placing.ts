// Where a task that may run goes: to an engine, or among the waiting (§6.4).
import { enqueue } from './buckets.ts';
import { clearDeadline, fail, timeoutTimer } from './ending.ts';
import { keep, takeMessage } from './keeping.ts';
import type { Engine, State, Task } from './state.ts';
import { append } from './task-list.ts';
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
  // What any engine can take leaves in the order in which it came.
  keep(state, task, only === undefined && isUndemanding(task));
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
  append(engine.running, task);
  state.pool.update(engine, true);
  const message = takeMessage(task);
  // Without a limit for each engine any number may run, and none should pin the block it was received in.
  if (state.limits.hwm === 0) keep(state, task, isUndemanding(task));
  const { msgId, client } = task;
  out.send({ type: 'task.dispatch', engineUuid: engine.uuid, client, message });
  out.send({ type: 'fact.publish', fact: { type: 'task.dispatched', msgId, engineUuid: engine.uuid } });
}

/** Lets a task wait: it keeps its own copy of the request, and its timeout runs. */
export function hold(turn: Turn, task: Task): void {
  keep(turn.state, task, false);
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
function choose({ state, inputs }: Turn, task: Task, only: ReadonlySet<string> | undefined): Engine | undefined {
  const { pool, engines } = state;
  if (pool.size === 0) return undefined;
  if (only !== undefined) {
    const candidates: Engine[] = [];
    for (const uuid of only) {
      const engine = engines.get(uuid);
      if (engine !== undefined && engine.level >= 0 && suitsKernel(task, engine)) candidates.push(engine);
    }
    return candidates.length === 0 ? undefined : pool.pickOf(candidates, inputs.random);
  }
  // Most tasks suit every engine: then nothing is searched.
  if (isUndemanding(task)) return pool.pick(inputs.random);
  const suits = (engine: Engine): boolean => suitsKernel(task, engine) && !task.blacklist?.has(engine.uuid);
  return pool.pickSuited(suits, inputs.random);
}

/** Every engine suits it. */
const isUndemanding = ({ kernel, blacklist, targets, follow }: Task): boolean =>
  kernel === undefined && blacklist === undefined && targets === undefined && follow === undefined;
