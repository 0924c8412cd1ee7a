// Tasks of the scheduler: answered exactly once, and run only as they asked for.
import type { Attempt, Ending, TaskTruth, Truth } from '../truth.ts';
import type { World } from '../world.ts';
import { judgeDependencies } from './dependencies.ts';
import { judgeFailure } from './failures.ts';

/** How long the scheduler waits for results of a lost engine, at least. */
const graceUs = 1_000_000;

type Say = (text: string) => void;

export function judgeTasks({ truth, settings }: World): string[] {
  const broken: string[] = [];
  // `pure` promises nothing but that engines are chosen and answers passed on.
  const heedsWishes = settings.schemeName !== 'pure';
  for (const task of truth.tasks.values()) {
    const say: Say = (text) => void broken.push(`task ${task.spec.msgId}: ${text}`);
    if (task.client !== undefined) judgeAnswers(task, say);
    judgeAttempts(task, heedsWishes, say);
    const ending = task.endings[0];
    if (ending !== undefined) judgeEnding(truth, task, ending, heedsWishes, say);
    if (heedsWishes) {
      judgePlaces(task, say);
      judgeDependencies(truth, task, say);
    }
  }
  return [...broken, ...judgeOrder(truth, heedsWishes)];
}

/** Of tasks that suit any engine, the first that came is the first that is handed out. */
function judgeOrder(truth: Truth, heedsWishes: boolean): string[] {
  const isPlain = ({ spec }: TaskTruth): boolean =>
    spec.kernel === undefined && !(heedsWishes && (spec.after || spec.follow || spec.targets.length > 0));
  const served = [...truth.tasks.values()]
    .filter((task) => task.accepted !== undefined && task.attempts.length > 0 && isPlain(task))
    .sort((a, b) => a.attempts[0]!.dispatched.at - b.attempts[0]!.dispatched.at);
  return served.flatMap((task, i) => {
    const next = served[i + 1];
    const isLate = next !== undefined && next.accepted!.at < task.accepted!.at;
    return isLate
      ? [`task ${next.spec.msgId}: ${task.spec.msgId}, which came later, was given to an engine before`]
      : [];
  });
}

function judgeAnswers({ accepted, endings, answers, client }: TaskTruth, say: Say): void {
  const isWaiting = !client!.gone;
  if (isWaiting && accepted === undefined) say('never reached the scheduler');
  if (accepted !== undefined && endings.length !== 1) say(`the scheduler answered it ${endings.length} times`);
  if (answers.length > 1 || (isWaiting && answers.length === 0)) say(`its client got ${answers.length} answers`);
  const [answer, ending] = [answers[0], endings[0]];
  if (answer && ending && (answer.status === 'ok') !== ending.ok) say('the answer changed on its way');
}

/** Its engine was lost, and no answer came before the grace was over; later ones do not count. */
const wasGivenUp = ({ returned, lost }: Attempt): boolean =>
  lost !== undefined && (returned === undefined || returned.us - lost.us >= graceUs);

/** Why an attempt was not the last one: undefined when it should have been. */
function whyAgain(attempt: Attempt): 'unmet' | 'failed' | 'lost' | undefined {
  const { outcome, returned } = attempt;
  if (wasGivenUp(attempt)) return 'lost';
  if (returned === undefined || outcome === 'ok') return undefined;
  return outcome === 'unmet' ? 'unmet' : 'failed';
}

/** Each run but the last ended in a way that calls for another one, before that began. */
function judgeAttempts({ spec, attempts }: TaskTruth, heedsWishes: boolean, say: Say): void {
  const retries = heedsWishes ? spec.retries : 0;
  let used = 0;
  for (const [i, attempt] of attempts.slice(0, -1).entries()) {
    const next = attempts[i + 1]!.dispatched;
    const why = whyAgain(attempt);
    if (why === undefined) say(`ran again after it had ${attempt.returned ? 'succeeded' : 'been given away'}`);
    if (why === 'unmet' && !heedsWishes) say('was run elsewhere by a scheme that does not do that');
    const beforeUs = why === 'lost' ? attempt.lost!.us + graceUs : (attempt.returned?.us ?? 0);
    if (next.us < beforeUs) say(`ran again before ${attempt.engineUuid} was given up`);
    if (why === 'failed' || why === 'lost') used++;
  }
  if (used > retries) say(`was retried ${used} times, with ${retries} retries`);
}

/** The reply is that of the last run, or tells why there was none. */
function judgeEnding(truth: Truth, task: TaskTruth, ending: Ending, heedsWishes: boolean, say: Say): void {
  const last = task.attempts.at(-1);
  if (last !== undefined && last.dispatched.at > ending.moment.at) say('ran after it was answered');
  const { ok, ename } = ending;
  if (ok && last?.outcome !== 'ok') say(`answered ok, but its last run was ${last?.outcome ?? 'never finished'}`);
  const isDone = last?.outcome === 'ok' && last.returned !== undefined && !wasGivenUp(last);
  if (!ok && isDone && last.returned!.at < ending.moment.at) say(`failed by ${ename}, but its last run was ok`);
  if (!ok) judgeFailure(truth, task, ending, heedsWishes, say);
}

/** Only on its targets, never again where it has failed. */
function judgePlaces({ spec, attempts }: TaskTruth, say: Say): void {
  const hosts = attempts.map(({ engineUuid }) => engineUuid);
  for (const uuid of hosts)
    if (spec.targets.length > 0 && !spec.targets.includes(uuid)) say(`ran on ${uuid}, which is no target`);
  if (new Set(hosts).size < hosts.length) say('ran again where it had failed');
  if (spec.invalid !== undefined && hosts.length > 0) say('ran although it made no sense');
}
