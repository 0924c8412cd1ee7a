// What engines publish, into records (§5.3).
import type { FactOf } from '@muster/bus';
import type { Inputs } from '@muster/machine';
import type { JsonObject } from '@muster/protocol';
import type { TaskPatch } from '@muster/task-store';
import type { Out } from './effects.ts';
import { contentOf, parentIdOf } from './records.ts';
import { forgetLost, unregister } from './registration.ts';
import type { HubState } from './state.ts';

/** msg_type → what of its content is kept; undefined when there is nothing that can be. */
const kept: Record<string, (content: JsonObject) => TaskPatch | undefined> = {
  stream({ name, text }) {
    if (typeof text !== 'string') return undefined;
    return name === 'stderr' ? { appendStderr: text } : { appendStdout: text };
  },
  execute_input: ({ code }) => (typeof code === 'string' ? { executeInput: code } : undefined),
  execute_result: (content) => ({ executeResult: content }),
  error: (content) => ({ error: content }),
  display_data: (content) => ({ displayData: content }),
};

/** True when the hub has a use for messages of that type; others need not be verified or parsed any further. */
export const isKeptOutput = (msgType: string): boolean => msgType === 'shutdown_reply' || Object.hasOwn(kept, msgType);

export function onPublished(state: HubState, fact: FactOf<'iopub.published'>, inputs: Inputs, out: Out): void {
  const { message } = fact;
  const { msg_type: msgType, session } = message.header;
  if (msgType === 'shutdown_reply') {
    const engine = state.byUuid.get(session);
    if (engine !== undefined) unregister(state, engine, 'it has shut down', inputs, out);
    else forgetLost(state, session, out);
    return;
  }
  if (!Object.hasOwn(kept, msgType)) return;
  const msgId = parentIdOf(message);
  const content = msgId === undefined ? undefined : contentOf(message);
  const patch = content === undefined ? undefined : kept[msgType]!(content);
  if (msgId === undefined || patch === undefined) return;
  out.write({ type: 'record.put', msgId, patch, whenMissing: 'stub' });
}
