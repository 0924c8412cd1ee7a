// Contents and metadata of an engine's messages (§4.5, §8.3).
import type { JsonObject } from '@muster/protocol';
import { formatDate } from '@muster/protocol';
import type { Outcome, Request } from './request.ts';
import { wrongKernel } from './request.ts';
import type { KernelState, Run } from './state.ts';

type Method = 'execute' | 'apply';

/** Type of the answer to a request. */
export const replyType = (msgType: string): string => msgType.replace(/_request$/, '_reply');

export const engineInfo = (state: KernelState, method?: string): JsonObject => ({
  engine_uuid: state.uuid,
  engine_id: state.id ?? -1,
  ...(method === undefined ? {} : { method }),
});

/**
 * Metadata of an execute_reply or apply_reply. What a broadcast needs to bring the answers of all engines together is
 * copied from the request (§2.4).
 */
export function replyMetadata(
  state: KernelState,
  request: Request,
  content: JsonObject,
  startedUs: number,
): JsonObject {
  const { metadata } = request;
  const failed = content.status === 'error';
  const unsuited = failed && content.ename === wrongKernel;
  return {
    started: formatDate(startedUs),
    dependencies_met: !(unsuited || (failed && content.ename === 'UnmetDependency')),
    engine: state.uuid,
    is_broadcast: metadata.is_broadcast ?? false,
    is_coalescing: metadata.is_coalescing ?? false,
    original_msg_id: metadata.original_msg_id ?? '',
    label: metadata.label ?? null,
    status: content.status ?? 'ok',
    ...(failed ? { engine_info: engineInfo(state) } : {}),
    // No engine with this kernel can run it: where there is no other, the scheduler passes the error on.
    ...(unsuited ? { wrong_kernel: true } : {}),
  };
}

/** Content of an execute_reply or apply_reply. */
export function replyContent(state: KernelState, method: Method, outcome: Outcome): JsonObject {
  const cell = method === 'execute' ? { execution_count: state.executionCount, payload: [] } : {};
  if (outcome.status === 'ok')
    return {
      status: 'ok',
      ...cell,
      ...(method === 'execute' ? { user_expressions: outcome.userExpressions ?? {} } : {}),
    };
  return {
    ...errorParts(outcome),
    engine_info: engineInfo(state, method),
    ...cell,
    ...(method === 'execute' ? { user_expressions: {} } : {}),
  };
}

/** Content of the iopub message of an error. */
export const errorOutput = (state: KernelState, run: Run, method: Method, outcome: Outcome): JsonObject => ({
  ...(outcome.status === 'error' ? errorParts(outcome) : {}),
  engine_info: engineInfo(state, method),
  ...(method === 'execute' && !run.silent ? { execution_count: state.executionCount } : {}),
});

const errorParts = ({ ename, evalue, traceback }: Extract<Outcome, { status: 'error' }>): JsonObject => ({
  status: 'error',
  ename,
  evalue,
  traceback: [...traceback],
});
