// What must hold between any two steps, for tests and the simulation. Not on the hot path: it looks at everything.
import { admits, headOf, sizeOf, waitingIn } from './buckets.ts';
import { isFollowMet } from './dependencies.ts';
import type { Bucket, Engine, Requirement, State, Task } from './state.ts';
import type { TaskList } from './task-list.ts';
import { tasksIn } from './task-list.ts';

type Report = (broken: string) => void;

/** The rules that the state breaks; empty when all is well. */
export function invariants(state: State): string[] {
  const broken: string[] = [];
  const report: Report = (text) => broken.push(text);
  let bytes = 0;
  for (const [id, task] of state.tasks) {
    if (id !== task.msgId) report(`task ${task.msgId} is filed under ${id}`);
    bytes += task.sizeBytes;
    checkTask(state, task, report);
  }
  if (bytes !== state.bytes) report(`unfinished tasks have ${bytes} bytes, ${state.bytes} are counted`);
  for (const bucket of state.buckets.values()) checkBucket(state, bucket, report);
  for (const engine of [...state.engines.values(), ...state.lost.values()]) checkEngine(state, engine, report);
  checkGraph(state, report);
  for (const task of state.unsure.keys())
    if (state.tasks.get(task.msgId) !== task || task.engine || task.bucket) report(`${task.msgId} is unsure in vain`);
  for (const engine of state.probes.values())
    if (state.hosts.get(engine.serial) !== engine) report(`engine ${engine.uuid} is probed, but gone`);
  if (state.hosts.size !== state.engines.size) report(`${state.hosts.size} hosts for ${state.engines.size} engines`);
  if (state.memory.size > state.limits.rememberedTasks) report(`${state.memory.size} outcomes remembered`);
  if (state.tasks.size > state.limits.maxWaitingTasks) report(`${state.tasks.size} unfinished tasks`);
  if (state.bytes > state.limits.maxWaitingBytes) report(`${state.bytes} unfinished bytes`);
  return broken;
}

/** What is left of tasks; empty when every task has been answered and no engine is being given up. */
export function leftovers(state: State): string[] {
  const counts: Record<string, number> = {
    tasks: state.tasks.size,
    buckets: state.buckets.size,
    'graph entries': state.graph.size,
    followers: state.followers.size,
    'unsure tasks': state.unsure.size,
    probes: state.probes.size,
    'lost engines': state.lost.size,
    bytes: state.bytes,
    'running tasks': [...state.engines.values()].reduce((sum, engine) => sum + engine.running.size, 0),
  };
  return Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
}

/** Unfinished tasks by where they are, and engines. */
export interface Counts {
  readonly engines: number;
  /** On engines, lost ones included. */
  readonly running: number;
  /** Ready, no engine has room. */
  readonly waiting: number;
  /** Held back by dependencies. */
  readonly held: number;
  /** Of all of them. */
  readonly bytes: number;
}

export function countTasks(state: State): Counts {
  let running = 0;
  let waiting = 0;
  for (const engine of state.engines.values()) running += engine.running.size;
  for (const engine of state.lost.values()) running += engine.running.size;
  for (const bucket of state.buckets.values()) waiting += sizeOf(bucket);
  const held = state.tasks.size - running - waiting;
  return { engines: state.engines.size, running, waiting, held, bytes: state.bytes };
}

function checkTask(state: State, task: Task, report: Report): void {
  const { msgId, engine, bucket } = task;
  if (engine !== undefined) {
    if (bucket !== undefined) report(`${msgId} runs and waits`);
    if (!tasksIn(engine.running).includes(task)) report(`${msgId} thinks it runs`);
  } else if (bucket !== undefined) {
    if (!waitingIn(bucket).includes(task)) report(`${msgId} is not at its place in the bucket`);
    if (!task.kept) report(`${msgId} waits in its receive block`);
  } else if (state.unsure.has(task)) {
    if (!task.kept) report(`${msgId} is unsure in its receive block`);
  } else if (pendingOf(task.after) + pendingOf(task.follow) === 0) report(`${msgId} is held by nothing`);
  const timed = engine === undefined && task.timeoutMs > 0;
  if (timed !== (task.deadlineUs !== undefined)) report(`${msgId} has a deadline at the wrong time`);
  if (task.follow !== undefined && !state.followers.has(task)) report(`${msgId} is not among the followers`);
}

function checkList(list: TaskList, what: string, report: Report): void {
  const tasks = tasksIn(list);
  if (tasks.length !== list.size || tasks.at(-1) !== list.last) report(`${what} has lost count`);
  for (const [i, task] of tasks.entries())
    if (task.previous !== tasks[i - 1]) report(`${what}: ${task.msgId} does not know its neighbour`);
}

const pendingOf = (requirement: Requirement | undefined): number => requirement?.waitingFor.size ?? 0;

function checkBucket(state: State, bucket: Bucket, report: Report): void {
  const { line, late, key } = bucket;
  if (sizeOf(bucket) === 0) report(`bucket ${key} is empty`);
  checkList(line, `bucket ${key}`, report);
  for (let task = line.first; task !== undefined; task = task.next)
    if (task.slot !== -1 || (task.next !== undefined && task.next.seq < task.seq))
      report(`${task.msgId} is out of order`);
  for (const [slot, task] of late.entries())
    if (task.slot !== slot || (slot > 0 && late[(slot - 1) >> 1]!.seq > task.seq))
      report(`${task.msgId} is out of order`);
  for (const task of waitingIn(bucket)) {
    if (task.bucket !== bucket) report(`${task.msgId} does not know its bucket`);
    if (task.after !== undefined) report(`${task.msgId} waits for an engine before its time`);
    if (task.follow !== undefined && !isFollowMet(task.follow)) report(`${task.msgId} follows nothing yet`);
  }
  for (const engine of state.pool.all())
    if (admits(bucket, engine)) report(`engine ${engine.uuid} has room while ${headOf(bucket)?.msgId} waits`);
}

function checkEngine(state: State, engine: Engine, report: Report): void {
  const { uuid, running, level } = engine;
  const { hwm } = state.limits;
  // How many an earlier scheduler had given it is not for this one to decide.
  const given = tasksIn(running).filter((task) => !task.adopted).length;
  checkList(running, `engine ${uuid}`, report);
  if (hwm > 0 && given > hwm) report(`engine ${uuid} runs ${given} tasks, hwm is ${hwm}`);
  if (given > 0 && !engine.proven) report(`engine ${uuid} was given tasks before it was proven`);
  if (engine.probes.length > 0 && (engine.proven || !state.hosts.has(engine.serial)))
    report(`engine ${uuid} is probed without a reason`);
  const isLive = state.engines.get(uuid) === engine;
  const expected = !isLive || !state.pool.hasRoom(engine) ? -1 : state.policy.byLoad ? running.size : 0;
  if (level !== expected) report(`engine ${uuid} is on level ${level}, expected ${expected}`);
  if (!isLive && running.size === 0) report(`engine ${uuid} is waited for without a reason`);
  for (const task of tasksIn(running))
    if (task.engine !== engine || state.tasks.get(task.msgId) !== task) report(`engine ${uuid} runs a ghost`);
}

function checkGraph(state: State, report: Report): void {
  for (const [id, dependents] of state.graph) {
    if (dependents.size === 0) report(`nobody depends on ${id}`);
    if (!state.tasks.has(id)) report(`${id} will never end`);
    for (const task of dependents)
      if (!task.after?.waitingFor.has(id) && !task.follow?.waitingFor.has(id))
        report(`${task.msgId} does not wait for ${id}`);
  }
  for (const task of state.tasks.values())
    for (const id of [...(task.after?.waitingFor ?? []), ...(task.follow?.waitingFor ?? [])])
      if (!state.graph.get(id)?.has(task)) report(`${task.msgId} waits for ${id} without its knowing`);
  for (const task of state.followers)
    if (state.tasks.get(task.msgId) !== task) report(`${task.msgId} follows from beyond`);
}
