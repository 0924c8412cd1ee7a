// Who waits for whom. Touched only by tasks with dependencies.
import { createRequirement, isAfterMet, isFollowMet, noteAfter, noteFollow } from './dependencies.ts';
import type { Outcome } from './memory.ts';
import type { Impossible, Requirement, State, Task } from './state.ts';
import type { DependencyWish, Wishes } from './wishes.ts';

/** An id in `after` or `follow` that cannot be waited for; undefined when all can. */
export function findUnknown(state: State, msgId: string, wishes: Wishes): string | undefined {
  for (const wish of [wishes.after, wishes.follow])
    for (const id of wish?.ids ?? [])
      if (id === msgId || (!state.tasks.has(id) && state.memory.get(id) === undefined)) return id;
  return undefined;
}

/** Gives the task its requirements: takes note of ids that have ended, and waits for the others. */
export function link(state: State, task: Task, wishes: Wishes): void {
  if (wishes.after) task.after = require(state, task, wishes.after, noteAfter);
  if (wishes.follow) {
    state.followers.add(task);
    task.follow = require(state, task, wishes.follow, (follow, id, outcome) =>
      noteFollow(follow, id, outcome, state.hosts.get(outcome.host)));
  }
}

function require(
  state: State,
  task: Task,
  wish: DependencyWish,
  note: (requirement: Requirement, id: string, outcome: Outcome) => void,
): Requirement {
  const requirement = createRequirement(wish);
  for (const id of wish.ids) {
    // An id that runs again (resubmitted under its old id) counts by how it will end.
    const outcome = state.tasks.has(id) ? undefined : state.memory.get(id);
    if (outcome) note(requirement, id, outcome);
    else addDependent(state, id, task);
  }
  return requirement;
}

function addDependent(state: State, id: string, task: Task): void {
  const dependents = state.graph.get(id);
  if (dependents) dependents.add(task);
  else state.graph.set(id, new Set([task]));
}

/** Takes the task out of the graph: it waits for nothing any more. */
export function unlink(state: State, task: Task): void {
  if (task.follow) state.followers.delete(task);
  for (const requirement of [task.after, task.follow]) if (requirement) forgetAll(state, task, requirement);
}

function forgetAll(state: State, task: Task, requirement: Requirement): void {
  for (const id of requirement.waitingFor) {
    const dependents = state.graph.get(id);
    dependents?.delete(task);
    if (dependents?.size === 0) state.graph.delete(id);
  }
  requirement.waitingFor.clear();
}

/** Tells the task that an id has ended. */
export function note(state: State, task: Task, msgId: string, outcome: Outcome): void {
  if (task.after) noteAfter(task.after, msgId, outcome);
  if (task.follow) noteFollow(task.follow, msgId, outcome, state.hosts.get(outcome.host));
}

/** Why the task can never run; undefined while it can. */
export const impossibility = (task: Task): Impossible | undefined => task.after?.impossible ?? task.follow?.impossible;

/** Whether dependencies hold the task back. A met `after` is dropped for good. */
export function isReady(state: State, task: Task): boolean {
  if (task.after) {
    if (!isAfterMet(task.after)) return false;
    const { after } = task;
    task.after = undefined;
    // `any` may be met while other ids are still under way; `follow` may wait for the same ones.
    for (const id of [...after.waitingFor]) if (task.follow?.waitingFor.has(id)) after.waitingFor.delete(id);
    forgetAll(state, task, after);
  }
  return task.follow === undefined || isFollowMet(task.follow);
}
