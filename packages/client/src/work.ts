import type { CallInit } from '@muster/serialize';
import { packCall } from '@muster/serialize';
import type { Work } from './session.ts';

/** A call of a function. Throws MusterError `cannot_serialize`. */
export const applyWork = (call: CallInit): Work => ({ kind: 'apply', ...packCall(call) });

/** Code in the language of the engine (§4.4). */
export const executeWork = (code: string, silent: boolean): Work => ({
  kind: 'execute',
  content: { code, silent, user_expressions: {} },
  buffers: [],
});
