// An accepted task gets its place, unless its dependencies are wrong (§6.3).
import type { Failure } from './ending.ts';
import { fail } from './ending.ts';
import { findUnknown, link } from './graph.ts';
import { isKnown } from './known.ts';
import { hold } from './placing.ts';
import { review } from './settling.ts';
import type { State, Task } from './state.ts';
import type { Turn } from './turn.ts';
import type { Wishes } from './wishes.ts';

export function admit(turn: Turn, task: Task, wishes: Wishes): void {
  const { state } = turn;
  if (wishes.after || wishes.follow) {
    const unknown = findUnknown(state, task.msgId, wishes);
    if (unknown !== undefined && unknown !== task.msgId && state.terms.recalls && !task.sure)
      return askOutcomes(turn, task, wishes);
    if (unknown !== undefined) return fail(turn, task, unknownDependency(state, task, unknown));
    link(state, task, wishes);
  }
  review(turn, task);
}

/** Lets the task wait until the store has said what it knows of those that it depends on. */
function askOutcomes(turn: Turn, task: Task, wishes: Wishes): void {
  const { state, out } = turn;
  state.unsure.set(task, wishes);
  hold(turn, task);
  const ids = new Set([...(wishes.after?.ids ?? []), ...(wishes.follow?.ids ?? [])]);
  out.send({ type: 'outcomes.ask', msgId: task.msgId, ids: [...ids].filter((id) => !isKnown(state, id)) });
}

/** A dependency that nothing can meet, because it is wrong (§6.3, §12.5). */
function unknownDependency(state: State, task: Task, unknown: string): Failure {
  const ename = 'InvalidDependency';
  if (unknown === task.msgId) return { ename, evalue: '', why: 'a task cannot depend on itself' };
  const id = unknown.slice(0, 200);
  const { memory, limits } = state;
  // As Python as long as nothing was forgotten: then the id was never a task.
  if (!memory.forgetful) return { ename, evalue: '', why: `'${id}' is not a load-balanced task` };
  return {
    ename,
    evalue: `'${id}' is not a load-balanced task, or ended longer ago than the ${limits.rememberedTasks} tasks (rememberedTasks) remembered`,
  };
}
