// iopub messages as pieces of output (§8.3).
import type { JsonObject } from '@muster/protocol';
import { isJsonObject } from '@muster/protocol';
import type { Output } from './task.ts';

/** A piece of output, 'idle' for the end of it, undefined for what is no output or is malformed. */
export function readOutput(msgType: string, content: JsonObject): Output | 'idle' | undefined {
  switch (msgType) {
    case 'status':
      return content.execution_state === 'idle' ? 'idle' : undefined;
    case 'stream':
      if (typeof content.text !== 'string') return undefined;
      return { kind: content.name === 'stderr' ? 'stderr' : 'stdout', text: content.text };
    case 'display_data':
    case 'execute_result': {
      if (!isJsonObject(content.data)) return undefined;
      const metadata = isJsonObject(content.metadata) ? content.metadata : {};
      return { kind: msgType === 'display_data' ? 'display' : 'result', data: content.data, metadata };
    }
    default:
      return undefined;
  }
}
