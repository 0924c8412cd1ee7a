// Direct requests whose engine is gone: after a grace in which answers may still come, they end with an error (§7.4).
import type { Inputs } from '@muster/machine';
import { errorContent, formatDate } from '@muster/protocol';
import type { TaskPatch } from '@muster/task-store';
import type { Out } from './effects.ts';
import { removePending, waitsIn } from './pending.ts';
import type { Engine, HubState } from './state.ts';
import { idsOf } from './task-list.ts';

export const strandedTimer = 'stranded/';

/** Number of an engine that a former hub knew and this one does not. */
export const unknownId = -1;

/**
 * What an engine has not answered when it is lost is given up when the grace ends, also when the engine is back by then: its
 * clients have been told, and the requests may have been lost with its connections. Later answers still go into the records.
 */
export function strand(state: HubState, engine: Engine, inputs: Inputs, out: Out): void {
  if (engine.queue.size === 0) return;
  // An engine can be lost, come back and be lost again within the grace.
  const loss = `${engine.uuid}/${inputs.nowUs}`;
  state.stranded.set(loss, { engine, msgIds: idsOf(engine.queue) });
  out.setTimer(strandedTimer + loss, inputs.nowUs + state.settings.strandedGraceMs * 1000);
}

export function onGraceEnded(state: HubState, loss: string, inputs: Inputs, out: Out): void {
  const stranded = state.stranded.get(loss);
  if (stranded === undefined) return;
  state.stranded.delete(loss);
  const { engine } = stranded;
  const left = stranded.msgIds.filter((msgId) => waitsIn(state, engine.queue, msgId));
  const fields = { engineId: engine.id, engineUuid: engine.uuid, requests: left.length };
  if (left.length > 0)
    out.send({ type: 'note', level: 'warn', what: 'direct requests given up, their engine is gone', fields });
  const name = engine.id === unknownId ? engine.uuid : engine.id;
  for (const msgId of left)
    giveUp(state, engine.uuid, msgId, `Engine ${name} died while running task '${msgId}'`, inputs, out);
}

/** Ends a request with an error. Gives the type and the content of the reply that it would have had. */
export function giveUp(
  state: HubState,
  engineUuid: string,
  msgId: string,
  why: string,
  inputs: Inputs,
  out: Out,
): { readonly msgType: string; readonly content: object } {
  const msgType = removePending(state, msgId)?.replyType ?? 'apply_reply';
  state.completed.add(msgId);
  const error = errorContent('EngineError', why);
  const patch: TaskPatch = {
    resultContent: { ...error, traceback: [...error.traceback] },
    resultHeader: { msg_type: msgType, engine: engineUuid, date: formatDate(inputs.nowUs) },
    resultMetadata: {},
    resultBuffers: [],
    completed: inputs.nowUs,
    received: inputs.nowUs,
  };
  out.write({ type: 'record.put', msgId, patch, whenMissing: 'ignore' });
  return { msgType, content: error };
}
