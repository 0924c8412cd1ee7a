// Requests that need the store: the question goes out, and what to do with its answer is kept until then.
import type { Out, StoreQuestion } from './effects.ts';
import { fail } from './reply.ts';
import type { Ask, HubState } from './state.ts';

/** Type of the reply to each kind of request. */
export const replyTypes = {
  result: 'result_reply',
  history: 'history_reply',
  db: 'db_reply',
  purge: 'purge_reply',
  resubmit: 'resubmit_reply',
} as const satisfies Record<Ask['type'], string>;

/** Asks the store; the request is refused when too many wait already. */
export function askStore(state: HubState, ask: Ask, question: StoreQuestion, out: Out): void {
  if (state.asks.size >= state.settings.storeQuestionLimit) {
    fail(out, ask, replyTypes[ask.type], 'RuntimeError', 'the task store does not keep up; ask again in a moment');
    return;
  }
  const askId = state.nextAskId++;
  state.asks.set(askId, ask);
  out.send({ type: 'store.ask', askId, question });
}
