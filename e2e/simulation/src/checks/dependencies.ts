// `after` and `follow` (§6.3, §6.4): had enough tasks ended, in a way that counts, when a task was handed out?
import type { Attempt, TaskTruth, Truth, Wanted } from '../truth.ts';

export function judgeDependencies(truth: Truth, { spec, attempts }: TaskTruth, say: (text: string) => void): void {
  for (const attempt of attempts) {
    if (spec.after && !isMet(spec.after, (msgId) => hasEnded(truth, spec.after!, msgId, attempt)))
      say('ran before what it comes after');
    if (spec.follow && !isMet(spec.follow, (msgId) => hasRunThere(truth, spec.follow!, msgId, attempt)))
      say('ran elsewhere than what it follows');
  }
}

const isMet = ({ all, dependencies }: Wanted, counts: (msgId: string) => boolean): boolean =>
  all ? dependencies.every(counts) : dependencies.some(counts);

/** Ended in a way that counts before that attempt. */
function hasEnded(truth: Truth, wanted: Wanted, msgId: string, { dispatched }: Attempt): boolean {
  const ending = truth.tasks.get(msgId)?.endings[0];
  return ending !== undefined && ending.moment.at < dispatched.at && (ending.ok ? wanted.success : wanted.failure);
}

function hasRunThere(truth: Truth, wanted: Wanted, msgId: string, attempt: Attempt): boolean {
  if (!hasEnded(truth, wanted, msgId, attempt)) return false;
  return truth.tasks.get(msgId)?.endings[0]?.engineUuid === attempt.engineUuid;
}
