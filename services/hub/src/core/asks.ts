// Requests that need the store: the question goes out, and what to do with its answer is kept until then. Nobody waits longer
// than `storeAnswerMs`: a store that hangs counts as one that has failed.
import type { Inputs } from '@muster/machine';
import type { Out, StoreQuestion } from './effects.ts';
import type { StoreAnswer } from './events.ts';
import { fail } from './reply.ts';
import type { Ask, HubState, LostAsk } from './state.ts';

export const asksTimer = 'asks';

/** Type of the reply to each kind of request. */
export const replyTypes = {
  result: 'result_reply',
  history: 'history_reply',
  db: 'db_reply',
  purge: 'purge_reply',
  resubmit: 'resubmit_reply',
} as const satisfies Record<Ask['type'], string>;

/** Asks the store; a client's request is refused when too many wait already. */
export function askStore(
  state: HubState,
  ask: Ask | LostAsk,
  question: StoreQuestion,
  { nowUs }: Inputs,
  out: Out,
): void {
  const { storeQuestionLimit, storeAnswerMs } = state.settings;
  if (ask.type !== 'lost' && state.asks.size + state.overdue.size >= storeQuestionLimit) {
    fail(out, ask, replyTypes[ask.type], 'OperationalError', 'the task store does not keep up; ask again in a moment');
    return;
  }
  const askId = state.nextAskId++;
  const untilUs = nowUs + storeAnswerMs * 1000;
  state.asks.set(askId, { ask, untilUs });
  if (state.asks.size === 1) out.setTimer(asksTimer, untilUs);
  out.send({ type: 'store.ask', askId, question });
}

/** The request that this answers; undefined when it has been given up, or is nobody's. */
export function takeAsk(state: HubState, askId: number, out: Out): Ask | LostAsk | undefined {
  state.overdue.delete(askId);
  const waiting = state.asks.get(askId);
  if (!state.asks.delete(askId)) return undefined;
  if (state.asks.size === 0) out.clearTimer(asksTimer);
  return waiting?.ask;
}

/** Takes the requests that have waited too long, oldest first. */
export function takeOverdue(state: HubState, { nowUs }: Inputs, out: Out): readonly (Ask | LostAsk)[] {
  const taken: (Ask | LostAsk)[] = [];
  for (const [askId, { ask, untilUs }] of state.asks) {
    if (untilUs > nowUs) {
      out.setTimer(asksTimer, untilUs);
      break;
    }
    state.asks.delete(askId);
    // The store still has the question, which counts until it is answered.
    state.overdue.add(askId);
    taken.push(ask);
  }
  return taken;
}

export const noAnswer = (state: HubState): StoreAnswer => ({
  type: 'failed',
  ename: 'OperationalError',
  evalue: `the task store has not answered within ${state.settings.storeAnswerMs / 1000} s`,
});
