// The store has told of tasks that are not known here: an earlier scheduler saw their end, or it was long ago.
import { admit } from './admission.ts';
import type { OutcomesRecalled } from './events.ts';
import { hostOf, isKnown } from './known.ts';
import type { Turn } from './turn.ts';

export function onOutcomesRecalled(turn: Turn, { msgId, outcomes }: OutcomesRecalled): void {
  const { state } = turn;
  for (const { msgId: id, ok, engineUuid } of outcomes)
    if (!isKnown(state, id)) state.memory.set(id, { ok, host: hostOf(state, engineUuid) });
  const task = state.tasks.get(msgId);
  const wishes = task && state.unsure.get(task);
  if (task === undefined || wishes === undefined) return;
  state.unsure.delete(task);
  task.sure = true;
  admit(turn, task, wishes);
}
