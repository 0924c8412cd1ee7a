// Errors that tasks end with: each only where there is a reason for it.
import type { Ending, TaskTruth, Truth, Wanted } from '../truth.ts';

type Say = (text: string) => void;

export function judgeFailure(truth: Truth, task: TaskTruth, ending: Ending, heedsWishes: boolean, say: Say): void {
  const { spec, attempts } = task;
  const last = attempts.at(-1);
  const { ename } = ending;
  if (spec.invalid !== undefined && heedsWishes && ename !== 'InvalidDependency')
    say(`makes no sense, and ended by ${ename}`);
  if (ename === 'InvalidDependency') {
    if (spec.invalid === undefined) say('is refused as invalid, and was valid');
  } else if (ename === 'TaskTimeout') judgeTimeout(task, ending, say);
  else if (ename === 'EngineError') {
    if (last?.lost === undefined) say('is said to have lost its engine');
  } else if (ename === 'ImpossibleDependency') {
    if (!canBeImpossible(truth, task, ending)) say('is said to be impossible, and was not');
  } else if (last?.returned === undefined || last.outcome === 'ok')
    say(`ended by ${ename ?? 'aborting'}, but its last run did not`);
}

function judgeTimeout({ spec, accepted, attempts }: TaskTruth, { moment }: Ending, say: Say): void {
  // The time starts anew when a task comes back from an engine.
  const sinceUs = attempts.at(-1)?.dispatched.us ?? accepted?.us ?? moment.us;
  if (spec.timeoutMs === 0) say('timed out without having a timeout');
  else if (moment.us - sinceUs < spec.timeoutMs * 1000) say(`timed out after ${moment.us - sinceUs} us`);
}

function canBeImpossible(truth: Truth, task: TaskTruth, ending: Ending): boolean {
  const { spec, attempts } = task;
  if (spec.after && isUnreachable(truth, spec.after, ending)) return true;
  // Hosts of what is followed can scatter, be lost, refuse, or not be among the targets.
  if (spec.follow) return true;
  if (spec.targets.length === 0) return false;
  const tried = new Set(attempts.map(({ engineUuid }) => engineUuid));
  const suits = (uuid: string): boolean => !tried.has(uuid) && wasThereAllTheTime(truth, uuid, task, ending);
  return spec.kernel !== undefined || !spec.targets.some(suits);
}

/** Enough of the dependencies have ended in a way that does not count. */
function isUnreachable(truth: Truth, { dependencies, all, success, failure }: Wanted, { moment }: Ending): boolean {
  const isBad = (msgId: string): boolean => {
    const ending = truth.tasks.get(msgId)?.endings[0];
    return ending !== undefined && ending.moment.at < moment.at && !(ending.ok ? success : failure);
  };
  return all ? dependencies.some(isBad) : dependencies.every(isBad);
}

/** On the list from before the task came until it was answered. */
function wasThereAllTheTime(truth: Truth, uuid: string, { accepted }: TaskTruth, { moment }: Ending): boolean {
  const spell = truth.listed.get(uuid)?.spells[0];
  if (spell === undefined || accepted === undefined) return false;
  // The scheduler hears of a loss in the same moment as everybody, somewhat earlier.
  return spell.from.at < accepted.at && (spell.until === undefined || spell.until.us > moment.us);
}
