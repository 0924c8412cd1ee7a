// Direct requests whose engine is gone: after a grace in which answers may still come, they end with an error (§7.4).
import type { Inputs } from '@muster/machine';
import { errorContent, formatDate } from '@muster/protocol';
import type { TaskPatch } from '@muster/task-store';
import type { Out } from './effects.ts';
import { removePending } from './pending.ts';
import type { Engine, HubState } from './state.ts';

export const strandedTimer = 'stranded/';

export function strand(state: HubState, engine: Engine, inputs: Inputs, out: Out): void {
  if (engine.queue.size === 0) return;
  state.stranded.set(engine.id, engine);
  out.setTimer(strandedTimer + engine.id, inputs.nowUs + state.settings.strandedGraceMs * 1000);
}

/** The engine is back before the grace has ended: its answers may come after all. */
export function unstrand(state: HubState, engine: Engine, out: Out): void {
  if (state.stranded.delete(engine.id)) out.clearTimer(strandedTimer + engine.id);
}

export function onGraceEnded(state: HubState, engineId: number, inputs: Inputs, out: Out): void {
  const engine = state.stranded.get(engineId);
  if (engine === undefined) return;
  state.stranded.delete(engineId);
  const fields = { engineId, engineUuid: engine.uuid, requests: engine.queue.size };
  if (engine.queue.size > 0)
    out.send({ type: 'note', level: 'warn', what: 'direct requests given up, their engine is gone', fields });
  for (const msgId of [...engine.queue]) giveUp(state, engine, msgId, inputs, out);
}

function giveUp(state: HubState, engine: Engine, msgId: string, inputs: Inputs, out: Out): void {
  const replyType = removePending(state, msgId)?.replyType ?? 'apply_reply';
  state.completed.add(msgId);
  const error = errorContent('EngineError', `Engine ${engine.id} died while running task '${msgId}'`);
  const patch: TaskPatch = {
    resultContent: { ...error, traceback: [...error.traceback] },
    resultHeader: { msg_type: replyType, engine: engine.uuid, date: formatDate(inputs.nowUs) },
    resultMetadata: {},
    resultBuffers: [],
    completed: inputs.nowUs,
    received: inputs.nowUs,
  };
  out.write({ type: 'record.put', msgId, patch, whenMissing: 'ignore' });
}
