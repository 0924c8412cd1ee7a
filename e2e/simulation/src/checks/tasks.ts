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
  return broken;
}

function judgeAnswers({ accepted, endings, answers, client }: TaskTruth, say: Say): void {
  const isWaiting = !client!.gone;
  if (isWaiting && accepted === undefined) say('never reached the scheduler');
  if (accepted !== undefined && endings.length !== 1) say(`the scheduler answered it ${endings.length} times`);
  if (answers.length > 1 || (isWaiting && answers.length === 0)) say(`its client got ${answers.length} answers`);
  const [answer, ending] = [answers[0], endings[0]];
  if (answer && ending && (answer.status === 'ok') !== ending.ok) say('the answer changed on its way');
}

/** Why an attempt was not the last one: undefined when it should have been. */
function whyAgain({ outcome, returned, lost }: Attempt): 'unmet' | 'failed' | 'lost' | undefined {
  if (returned !== undefined) return outcome === 'unmet' ? 'unmet' : outcome === 'ok' ? undefined : 'failed';
  return lost === undefined ? undefined : 'lost';
}

/** Each run but the last ended in a way that calls for another one, before that began. */
function judgeAttempts({ spec, attempts }: TaskTruth, heedsWishes: boolean, say: Say): void {
  const retries = heedsWishes ? spec.retries : 0;
  let used = 0;
  for (const [i, attempt] of attempts.slice(0, -1).entries()) {
    const next = attempts[i + 1]!.dispatched;
    // An answer that came after the next run had begun came too late to count.
    const late = attempt.returned !== undefined && attempt.returned.at > next.at;
    const why = late ? 'lost' : whyAgain(attempt);
    if (why === undefined) say(`ran again after it had ${attempt.outcome === 'ok' ? 'succeeded' : 'been given away'}`);
    if (why === 'unmet' && !heedsWishes) say('was run elsewhere by a scheme that does not do that');
    if (why === 'lost' && (attempt.lost === undefined || next.us - attempt.lost.us < graceUs))
      say(`ran again before ${attempt.engineUuid} was given up`);
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
  if (!ok && last?.outcome === 'ok' && last.returned !== undefined && last.returned.at < ending.moment.at)
    say(`failed by ${ename}, but its last run was ok`);
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
