// Direct requests for engines that are not registered: the relay did not know yet that they are gone, or this hub hears late of
// what is long answered. Who has no answer when the grace ends is told.
import type { FactOf } from '@muster/bus';
import type { Inputs } from '@muster/machine';
import { errorContent } from '@muster/protocol';
import type { Out } from './effects.ts';
import { isRequest, replyTypeOf } from './records.ts';
import type { HubState } from './state.ts';

export const doubtfulTimer = 'doubtful/';
/** Beyond it, clients are told at once. */
const mostDoubtful = 10_000;

export function doubt(state: HubState, fact: FactOf<'direct.requested'>, inputs: Inputs, out: Out): void {
  const { message, engineUuid } = fact;
  const { header } = message;
  const what = 'direct request for an engine that is not registered';
  out.send({ type: 'note', level: 'warn', what, fields: { engineUuid, taskId: header.msg_id } });
  if (!isRequest(message) || state.completed.has(header.msg_id)) return;
  state.doubtful.set(header.msg_id, { engineUuid, header });
  if (state.doubtful.size > mostDoubtful) onDoubtEnded(state, header.msg_id, out);
  else out.setTimer(doubtfulTimer + header.msg_id, inputs.nowUs + state.settings.strandedGraceMs * 1000);
}

/** It was answered. */
export function believe(state: HubState, msgId: string, out: Out): void {
  if (state.doubtful.size > 0 && state.doubtful.delete(msgId)) out.clearTimer(doubtfulTimer + msgId);
}

export function onDoubtEnded(state: HubState, msgId: string, out: Out): void {
  const doubtful = state.doubtful.get(msgId);
  if (doubtful === undefined) return;
  state.doubtful.delete(msgId);
  const { engineUuid, header } = doubtful;
  const content = errorContent('EngineError', `Engine ${engineUuid} is gone; request '${msgId}' did not reach it`);
  out.send({ type: 'request.fail', engineUuid, parent: header, msgType: replyTypeOf(header.msg_type), content });
}
